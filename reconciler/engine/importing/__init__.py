"""From what stands in both systems to what a configuration would declare: the way back of a plan. Reads only."""
