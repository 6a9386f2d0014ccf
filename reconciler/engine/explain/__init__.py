"""The story of one issue or ticket: what it is linked to, which rule, what was decided and why. Reads only."""
