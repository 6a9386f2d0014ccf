"""Groups of a ticket, its case and its issues: read whole, decided, and written as a unit."""
