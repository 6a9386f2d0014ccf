"""The pure plan: what differs, in which order, within which limits, and how each change ended."""
