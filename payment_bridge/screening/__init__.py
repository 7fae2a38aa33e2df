"""Names against lists of parties whom one must not pay. Plain Python: files in, parties out; names in, hits out."""
