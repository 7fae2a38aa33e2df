"""UnionPay (银联), ACP 全渠道 5.1.0. Importing this registers the connector."""

from .connector import UnionPayConnector

__all__ = ["UnionPayConnector"]
