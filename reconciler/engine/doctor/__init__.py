"""What stands between an issue and its ticket: checks over what was read, each with evidence, a verdict and a cure. Reads only."""
