{
    "name": "Payment Bridge: Channels",
    "summary": "The payment platforms of Payment Bridge: Alipay, WeChat Pay, UnionPay",
    "version": "19.0.1.0.0",
    "category": "Accounting/Payment",
    "license": "LGPL-3",
    "author": "Payment Bridge",
    "website": "https://github.com/payment-bridge/payment-bridge",
    "depends": ["payment_bridge"],
    "external_dependencies": {"python": ["requests", "cryptography"]},
    "data": [],
    "installable": True,
    "auto_install": False,
}
