"""The Advoware proxy: other programs of the firm reach Advoware through the hub, each with a key of its own."""
