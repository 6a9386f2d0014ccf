"""Which rule an issue belongs to: ordered, the first match applies."""
