"""Alipay's side: the gateway, transfers, bills, receipts and messages."""
