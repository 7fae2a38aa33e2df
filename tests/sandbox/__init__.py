"""A server program that plays the payment platforms' side over real HTTP, with real signatures.

It shares no code with the connectors it tests. One folder a platform (`alipay/`); what every
platform needs (HTTP, clock, ledger, faults, notifications) lies beside it.
"""
