"""e-CNY (数字人民币), kept at an operating institution. Importing this registers the connector."""

from .connector import EcnyConnector

__all__ = ["EcnyConnector"]
