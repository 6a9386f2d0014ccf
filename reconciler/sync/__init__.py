"""State of a group: its vocabulary, and how statuses and groups translate. Pure."""
