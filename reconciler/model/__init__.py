"""The nouns: what is declared, what is observed, and what a person should read about it. Values only."""
