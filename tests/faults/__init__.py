"""What becomes of the money when processes die, lines break and two do the same thing at once."""
