"""Statements that a person downloads as a table: read by a layout that the channel's settings describe.

Shared by the platforms whose statement comes as such a file; it knows none of them.
"""
