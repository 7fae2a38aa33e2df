"""WeChat Pay (微信支付), APIv3, direct merchant. Importing this registers the connector."""

from .connector import WechatPayConnector

__all__ = ["WechatPayConnector"]
