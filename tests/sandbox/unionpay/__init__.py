"""UnionPay's side: 全渠道 (ACP) 5.1.0, the gateway, its files and the persons at its cashier."""
