"""Any account whose bank hands out its statement as a file. Importing this registers the connector."""

from .connector import AccountFileConnector

__all__ = ["AccountFileConnector"]
