"""The hub's own API: other programs ask how an entity stands and what is open, and have it tried again."""
