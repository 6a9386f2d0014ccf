"""What was moved by hand: differences judged by their age and by who answers for them. Reads only."""
