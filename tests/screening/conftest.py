"""Screening is plain Python: its tests need neither Odoo nor a database."""

from connectors import conftest as bare  # makes bare packages of the add-ons

ROOT = bare.ROOT
