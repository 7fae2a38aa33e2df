"""From money to documents, as plain Python: reading references, adding up, deciding. No database, no ORM."""
