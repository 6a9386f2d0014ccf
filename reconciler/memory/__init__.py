"""What is remembered between runs: the base of a group, as an entity property of its ticket. Treated as forgeable."""
