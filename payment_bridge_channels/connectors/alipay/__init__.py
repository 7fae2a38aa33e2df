"""Alipay (支付宝), open platform v2 gateway. Importing this registers the connector."""

from .connector import AlipayConnector

__all__ = ["AlipayConnector"]
