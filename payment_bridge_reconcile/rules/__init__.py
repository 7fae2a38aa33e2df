"""What the accountant's rules need of text, as plain Python. No database, no ORM."""
