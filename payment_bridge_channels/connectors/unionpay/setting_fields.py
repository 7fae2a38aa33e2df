"""The settings a channel on UnionPay asks for: form, encryption and help are made from them.

Source: UnionPay ACP 5.1.0, merchant parameters and certificates; what differs by contract or is not
published is a setting here and never a guess in the code.
"""

from __future__ import annotations

from odoo.addons.payment_bridge.connector.declarations import SettingField, SettingKind
from odoo.addons.payment_bridge.connector.types import Bilingual

TEST_GATEWAY = "https://gateway.test.95516.com/gateway/api"
TEST_FILES = "https://filedownload.test.95516.com/"
TEST_SIGNER = "00040000:SIGN"
BATCH_COLUMNS = (
    "orderId|currencyCode|txnAmt|accType|accNo|customerNm|bizType|comDebitCardAccName|businessLicenseRegNo|postscript"
)

_SANDBOX = frozenset({"sandbox"})
_YES_NO = (("no", Bilingual("No", "否")), ("yes", Bilingual("Yes", "是")))


def _switch(name: str, label: Bilingual, help_text: Bilingual, default: str = "no") -> SettingField:
    return SettingField(
        name, label, help_text, kind=SettingKind.CHOICE, required=False, default=default, choices=_YES_NO
    )


IDENTITY: tuple[SettingField, ...] = (
    SettingField(
        "mer_id",
        Bilingual("Merchant number", "商户代码"),
        Bilingual(
            "15 characters, from UnionPay or the acquirer. Bills and messages of any other are refused.",
            "银联或收单机构分配的 15 位商户代码；其他商户的账单和通知一律拒收。",
        ),
    ),
    SettingField(
        "sign_method",
        Bilingual("Signing method", "签名方法"),
        Bilingual("As opened with UnionPay: certificates, or a shared key.", "与银联开通的一致：证书，或共享密钥。"),
        kind=SettingKind.CHOICE,
        default="01",
        choices=(
            ("01", Bilingual("01: RSA certificates", "01：RSA 证书")),
            ("11", Bilingual("11: SHA-256 with a shared key", "11：SHA-256 共享密钥")),
            ("12", Bilingual("12: SM3 with a shared key", "12：SM3 共享密钥")),
        ),
    ),
    SettingField(
        "sign_pkcs12",
        Bilingual("Signing certificate (.pfx)", "商户签名证书（.pfx）"),
        Bilingual(
            "The file downloaded from CFCA, in base64. Method 01 only.", "从 CFCA 下载的文件（base64），仅 01 需要。"
        ),
        kind=SettingKind.PKCS12,
        secret=True,
        required=False,
    ),
    SettingField(
        "sign_password",
        Bilingual("Password of the signing certificate", "签名证书密码"),
        Bilingual("The password that the file was exported with.", "导出 .pfx 文件时设置的密码。"),
        secret=True,
        required=False,
    ),
    SettingField(
        "secure_key",
        Bilingual("Shared key", "共享密钥"),
        Bilingual("Methods 11 and 12 only.", "仅 11、12 需要。"),
        secret=True,
        required=False,
    ),
    SettingField(
        "middle_certificates",
        Bilingual("Middle certificates", "中级证书"),
        Bilingual(
            "acp_prod_middle.cer or acp_test_middle.cer, as text. Method 01 only.",
            "acp_prod_middle.cer 或 acp_test_middle.cer 的文本，仅 01 需要。",
        ),
        kind=SettingKind.CERTIFICATE_CHAIN,
        required=False,
    ),
    SettingField(
        "root_certificates",
        Bilingual("Root certificates", "根证书"),
        Bilingual(
            "acp_prod_root.cer or acp_test_root.cer, as text. Method 01 only.",
            "acp_prod_root.cer 或 acp_test_root.cer 的文本，仅 01 需要。",
        ),
        kind=SettingKind.CERTIFICATE_CHAIN,
        required=False,
    ),
    SettingField(
        "signer_name",
        Bilingual("Owner of UnionPay's certificate", "银联证书主体"),
        Bilingual(
            "The third part of the subject's name. In production it is fixed: 中国银联股份有限公司.",
            "证书主题 CN 以 @ 分隔的第三段；生产环境固定为“中国银联股份有限公司”。",
        ),
        required=False,
        default=TEST_SIGNER,
        environments=_SANDBOX,
    ),
    _switch(
        "encrypt_sensitive",
        Bilingual("Encrypt card numbers", "敏感信息加密"),
        Bilingual(
            "Switch on where UnionPay's console demands encrypted card numbers.",
            "银联商户服务平台开通了敏感信息加密权限时开启。",
        ),
    ),
    SettingField(
        "encrypt_certificate",
        Bilingual("Encryption certificate", "敏感信息加密证书"),
        Bilingual("acp_prod_enc.cer or acp_test_enc.cer, as text.", "acp_prod_enc.cer 或 acp_test_enc.cer 的文本。"),
        kind=SettingKind.CERTIFICATE,
        required=False,
    ),
    _switch(
        "encrypt_refresh",
        Bilingual("Ask for a newer encryption certificate", "自动更新加密证书"),
        Bilingual("Asks UnionPay once a day (txnType 95).", "每天向银联查询一次加密公钥（txnType 95）。"),
    ),
)

ADDRESSES: tuple[SettingField, ...] = (
    SettingField(
        "gateway_url",
        Bilingual("Test gateway", "测试网关"),
        Bilingual("Where test requests go. In production the address is fixed.", "测试请求的地址；生产环境地址固定。"),
        kind=SettingKind.URL,
        required=False,
        default=TEST_GATEWAY,
        environments=_SANDBOX,
    ),
    SettingField(
        "file_url",
        Bilingual("Test file server", "测试文件服务器"),
        Bilingual(
            "Where test bills come from. In production the address is fixed.", "测试对账文件地址；生产环境地址固定。"
        ),
        kind=SettingKind.URL,
        required=False,
        default=TEST_FILES,
        environments=_SANDBOX,
    ),
)

CONTRACT: tuple[SettingField, ...] = (
    SettingField(
        "not_found_minutes",
        Bilingual("Minutes until an unknown order never arrived", "查无交易的确认时间（分钟）"),
        Bilingual(
            "An answer “no such transaction” is believed only so long after sending: 5 to 1440.",
            "发送后超过该时间，银联仍答复“查无此交易”才视为未送达，5 至 1440。",
        ),
        required=False,
        default="10",
    ),
    _switch(
        "send_postscript",
        Bilingual("Print the remark on the payee's statement", "上送附言"),
        Bilingual(
            "Sends the payment's remark as billNo, where banks print it.", "将付款备注作为附言上送，部分银行会显示。"
        ),
    ),
    SettingField(
        "page_product",
        Bilingual("Payment page", "网关支付产品"),
        Bilingual("As the contract says: for persons or for companies.", "以签约为准：个人网银或企业网银。"),
        kind=SettingKind.CHOICE,
        required=False,
        default="000201",
        choices=(
            ("000201", Bilingual("000201: persons (B2C)", "000201：B2C")),
            ("000202", Bilingual("000202: companies (B2B)", "000202：B2B")),
        ),
    ),
    SettingField(
        "terminal",
        Bilingual("Terminal number", "终端号"),
        Bilingual(
            "8 characters, sent with charged payment codes that name no terminal of their own.",
            "8 位终端号，付款码收款未指定终端时上送。",
        ),
        required=False,
    ),
    _switch(
        "reversal",
        Bilingual("Reverse doubtful charges", "支持冲正"),
        Bilingual(
            "Where the product has reversals (txnType 99); else a doubtful charge is voided or refunded.",
            "产品支持冲正（txnType 99）时开启；否则存疑的付款码交易以撤销或退货处理。",
        ),
    ),
    _switch(
        "same_day_void",
        Bilingual("Void whole refunds of the same day", "当日全额退款使用撤销"),
        Bilingual(
            "A refund of the whole amount on the same settlement day is sent as a void (txnType 31).",
            "同一清算日的全额退款以消费撤销（txnType 31）上送。",
        ),
    ),
    SettingField(
        "batch_columns",
        Bilingual("Columns of a batch file", "批量代付文件字段"),
        Bilingual(
            "As agreed with the acquirer, separated by |. The file names them in its second line.",
            "与收单机构约定的字段，以 | 分隔；文件第二行写明字段名。",
        ),
        required=False,
        default=BATCH_COLUMNS,
    ),
    SettingField(
        "batch_charset",
        Bilingual("Characters of a batch file", "批量代付文件编码"),
        Bilingual("As agreed with the acquirer.", "与收单机构约定。"),
        kind=SettingKind.CHOICE,
        required=False,
        default="UTF-8",
        choices=(("UTF-8", Bilingual("UTF-8", "UTF-8")), ("GBK", Bilingual("GBK", "GBK"))),
    ),
    SettingField(
        "transaction_codes",
        Bilingual("Transaction codes of bills", "对账文件交易代码"),
        Bilingual(
            "code=kind, separated by commas, for codes beyond S22 and S30. Kinds: collection, refund, pay_out, "
            "return, fee, withdrawal, deposit, adjustment, chargeback.",
            "交易代码=类型，逗号分隔，用于 S22、S30 以外的代码。类型：collection、refund、pay_out、return、fee、"
            "withdrawal、deposit、adjustment、chargeback。",
        ),
        required=False,
    ),
)

SETTING_FIELDS: tuple[SettingField, ...] = (*IDENTITY, *ADDRESSES, *CONTRACT)
