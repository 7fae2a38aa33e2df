"""The settings a channel on Alipay asks for: form, encryption and help are made from them.

Source: Alipay open platform, application settings (certificate and public-key mode), and
``alipay.fund.trans.uni.transfer`` and ``alipay.trade.precreate`` for the fields that a contract decides.
"""

from __future__ import annotations

from odoo.addons.payment_bridge.connector.declarations import SettingField, SettingKind
from odoo.addons.payment_bridge.connector.types import Bilingual

SANDBOX_GATEWAY = "https://openapi-sandbox.dl.alipaydev.com/gateway.do"
CERTIFICATE_MODE = "certificate"
PUBLIC_KEY_MODE = "public_key"

_YES_NO = (("no", Bilingual("No", "否")), ("yes", Bilingual("Yes", "是")))

SETTING_FIELDS: tuple[SettingField, ...] = (
    SettingField(
        "app_id",
        Bilingual("Application id", "应用 APPID"),
        Bilingual(
            "16 digits, from the application's page in Alipay's open platform.",
            "16 位数字，见支付宝开放平台应用详情。",
        ),
    ),
    SettingField(
        "pid",
        Bilingual("Company's Alipay user id (PID)", "商户 PID（2088 开头）"),
        Bilingual(
            "16 digits beginning with 2088: the account that pays and whose bills are read. "
            "Bills and messages of any other account are refused.",
            "2088 开头的 16 位数字，即付款及出账单的支付宝账户；其他账户的账单和通知一律拒收。",
        ),
    ),
    SettingField(
        "sign_mode",
        Bilingual("Signing mode", "加签方式"),
        Bilingual(
            "As chosen in the application's settings. Alipay offers transfers in certificate mode.",
            "与开放平台应用的加签方式一致；转账类产品需使用公钥证书方式。",
        ),
        kind=SettingKind.CHOICE,
        default=CERTIFICATE_MODE,
        choices=(
            (CERTIFICATE_MODE, Bilingual("Certificates", "公钥证书")),
            (PUBLIC_KEY_MODE, Bilingual("Public keys", "普通公钥")),
        ),
    ),
    SettingField(
        "app_private_key",
        Bilingual("Application private key", "应用私钥"),
        Bilingual(
            "RSA, 2048 bits or more, PKCS#1 or PKCS#8, with or without the BEGIN line, not encrypted.",
            "RSA 2048 位及以上，PKCS#1 或 PKCS#8 均可，可不含 BEGIN 行，不得带口令。",
        ),
        kind=SettingKind.PRIVATE_KEY,
        secret=True,
    ),
    SettingField(
        "app_certificate",
        Bilingual("Application certificate", "应用公钥证书"),
        Bilingual(
            "The file appCertPublicKey_….crt. Certificate mode only.",
            "文件 appCertPublicKey_….crt，仅证书方式需要。",
        ),
        kind=SettingKind.CERTIFICATE,
        required=False,
    ),
    SettingField(
        "alipay_certificate",
        Bilingual("Alipay certificate", "支付宝公钥证书"),
        Bilingual(
            "The file alipayCertPublicKey_RSA2.crt. Certificate mode only.",
            "文件 alipayCertPublicKey_RSA2.crt，仅证书方式需要。",
        ),
        kind=SettingKind.CERTIFICATE,
        required=False,
    ),
    SettingField(
        "alipay_root_certificates",
        Bilingual("Alipay root certificates", "支付宝根证书"),
        Bilingual(
            "The file alipayRootCert.crt, whole. Certificate mode only.",
            "文件 alipayRootCert.crt 全文，仅证书方式需要。",
        ),
        kind=SettingKind.CERTIFICATE_CHAIN,
        required=False,
    ),
    SettingField(
        "alipay_public_key",
        Bilingual("Alipay public key", "支付宝公钥"),
        Bilingual(
            "Alipay's key, not the application's own. Public-key mode only.",
            "支付宝公钥（不是应用公钥），仅普通公钥方式需要。",
        ),
        kind=SettingKind.PUBLIC_KEY,
        required=False,
    ),
    SettingField(
        "aes_key",
        Bilingual("AES key", "接口内容加密密钥"),
        Bilingual(
            "Only where content encryption is switched on for the application.",
            "仅在应用开启接口内容加密时填写。",
        ),
        kind=SettingKind.BASE64_KEY,
        secret=True,
        required=False,
    ),
    SettingField(
        "gateway_url",
        Bilingual("Sandbox gateway", "沙箱网关"),
        Bilingual(
            "Where test requests go. In production the address is fixed.",
            "测试请求的网关地址；生产环境地址固定，不可修改。",
        ),
        kind=SettingKind.URL,
        required=False,
        default=SANDBOX_GATEWAY,
        environments=frozenset({"sandbox"}),
    ),
    SettingField(
        "download_hosts",
        Bilingual("Download hosts", "文件下载域名"),
        Bilingual(
            "Hosts that bills and receipts may be fetched from, separated by commas.",
            "允许下载账单和回单的域名，多个用英文逗号分隔。",
        ),
        required=False,
        default="dwbillcenter.alipay.com",
    ),
    SettingField(
        "order_title",
        Bilingual("Order title", "转账标题"),
        Bilingual(
            "What the payee reads; {title} is the payment's own title and {key} its number. "
            "Change it only while no pay-out is open.",
            "收款方账单中显示的标题；{title} 为付款标题，{key} 为付款编号。有未完成付款时请勿修改。",
        ),
        required=False,
        default="{title}",
    ),
    SettingField(
        "payer_alias",
        Bilingual("Show the payer's alias", "付款方显示别名"),
        Bilingual(
            "Let the payee see the company's alias instead of its name.",
            "收款方账单中显示商户别名而非全称。",
        ),
        kind=SettingKind.CHOICE,
        required=False,
        default="no",
        choices=_YES_NO,
    ),
    SettingField(
        "bank_timeliness",
        Bilingual("Bank transfer speed", "转账到银行卡时效"),
        Bilingual(
            "T0 arrives the same day, T1 on the next working day, as the contract allows.",
            "T0 当日到账，T1 次一工作日到账，以签约为准。",
        ),
        kind=SettingKind.CHOICE,
        required=False,
        default="T0",
        choices=(
            ("T0", Bilingual("Same day", "当日到账")),
            ("T1", Bilingual("Next day", "次日到账")),
        ),
    ),
    SettingField(
        "send_transfer_scene",
        Bilingual("Declare the transfer scene", "上送转账场景"),
        Bilingual(
            "Switch on when Alipay demands transfer_scene_name (newly onboarded companies).",
            "支付宝要求上送 transfer_scene_name 时开启（新签约商户必填）。",
        ),
        kind=SettingKind.CHOICE,
        required=False,
        default="no",
        choices=_YES_NO,
    ),
    SettingField(
        "transfer_scene_name",
        Bilingual("Transfer scene", "转账场景名称"),
        Bilingual(
            "Exactly as declared in Alipay's merchant centre.",
            "须与商家平台报备的场景名称完全一致。",
        ),
        required=False,
        default="业务结算",
    ),
    SettingField(
        "transfer_scene_report",
        Bilingual("Scene report", "场景上报信息"),
        Bilingual(
            "type=text, several separated by semicolons; the types are fixed for each scene.",
            "格式为 类型=内容，多条用分号分隔；类型由场景固定。",
        ),
        required=False,
        default="结算款项名称=货款",
    ),
    SettingField(
        "qr_product",
        Bilingual("QR code product", "扫码收款产品"),
        Bilingual(
            "The collecting product in the contract. Change it only while no collection is open.",
            "与签约的收款产品一致。有未完成收款时请勿修改。",
        ),
        kind=SettingKind.CHOICE,
        required=False,
        default="FACE_TO_FACE_PAYMENT",
        choices=(
            (
                "FACE_TO_FACE_PAYMENT",
                Bilingual("Face to face (FACE_TO_FACE_PAYMENT)", "当面付（FACE_TO_FACE_PAYMENT）"),
            ),
            ("QR_CODE_OFFLINE", Bilingual("Order code (QR_CODE_OFFLINE)", "订单码支付（QR_CODE_OFFLINE）")),
            ("OFFLINE_PAYMENT", Bilingual("Offline payment (OFFLINE_PAYMENT)", "线下支付（OFFLINE_PAYMENT）")),
        ),
    ),
    SettingField(
        "refund_days",
        Bilingual("Refund within days", "可退款天数"),
        Bilingual(
            "Until how many days after a collection it can be refunded, as in the contract; usually a year.",
            "收款后多少天内可以退款，以签约为准，一般为一年。",
        ),
        required=False,
        default="365",
    ),
    SettingField(
        "balance_source",
        Bilingual("Balance read from", "余额查询接口"),
        Bilingual(
            "Automatic asks the bill interface, and the fund interface where the contract has only that.",
            "自动：优先账单余额接口，无权限时改用资金账户接口。",
        ),
        kind=SettingKind.CHOICE,
        required=False,
        default="auto",
        choices=(
            ("auto", Bilingual("Automatic", "自动")),
            ("bill", Bilingual("alipay.data.bill.balance.query", "账单余额查询")),
            ("fund", Bilingual("alipay.fund.account.query", "资金账户查询")),
        ),
    ),
)
