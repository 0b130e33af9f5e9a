"""xAI's files, collections and search: two hosts, two keys."""
