"""The loop: observe, derive what is desired, plan, apply. It acts through its ports only."""
