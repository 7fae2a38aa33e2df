"""The settings a channel on WeChat Pay asks for: form, encryption and help are made from them.

Source: WeChat Pay merchant platform (API security), APIv3 merchant transfer and code payment for the
fields that a contract may demand.
"""

from __future__ import annotations

from odoo.addons.payment_bridge.connector.declarations import SettingField, SettingKind
from odoo.addons.payment_bridge.connector.types import Bilingual

from .scenes import SUPPLIER_GOODS

PRIMARY_SITE = "https://api.mch.weixin.qq.com"
SECOND_SITE = "https://api2.mch.weixin.qq.com"
PUBLIC_KEY_MODE = "public_key"
CERTIFICATE_MODE = "certificate"
MIGRATION_MODE = "migration"
BASIC = "BASIC"
OPERATION = "OPERATION"
BOTH = "BOTH"

SETTING_FIELDS: tuple[SettingField, ...] = (
    SettingField(
        "mchid",
        Bilingual("Merchant number", "商户号"),
        Bilingual(
            "8 to 10 digits. Bills and messages of any other merchant are refused.",
            "8 至 10 位数字；其他商户的账单和通知一律拒收。",
        ),
    ),
    SettingField(
        "appid",
        Bilingual("AppID", "AppID"),
        Bilingual(
            "Bound to the merchant number. Payees' open ids belong to exactly this AppID.",
            "须与商户号绑定；收款人的 openid 必须属于该 AppID。",
        ),
    ),
    SettingField(
        "merchant_private_key",
        Bilingual("Merchant private key", "商户 API 私钥"),
        Bilingual("The file apiclient_key.pem, not encrypted.", "文件 apiclient_key.pem，不得带口令。"),
        kind=SettingKind.PRIVATE_KEY,
        secret=True,
    ),
    SettingField(
        "merchant_certificate",
        Bilingual("Merchant certificate", "商户 API 证书"),
        Bilingual(
            "The file apiclient_cert.pem. With it the serial is read and its end is watched.",
            "文件 apiclient_cert.pem；填写后自动读取序列号并监控到期日。",
        ),
        kind=SettingKind.CERTIFICATE,
        required=False,
    ),
    SettingField(
        "merchant_serial",
        Bilingual("Merchant certificate serial", "商户 API 证书序列号"),
        Bilingual(
            "40 characters, from the merchant platform. Needed only without the certificate.",
            "40 位字符，见商户平台；已上传证书时可不填。",
        ),
        required=False,
    ),
    SettingField(
        "apiv3_key",
        Bilingual("APIv3 key", "APIv3 密钥"),
        Bilingual("32 letters and digits, set in API security.", "32 位字母数字，在商户平台“API 安全”中设置。"),
        secret=True,
    ),
    SettingField(
        "verification",
        Bilingual("WeChat Pay's signature is checked by", "验签方式"),
        Bilingual(
            "New merchants have a WeChat Pay public key. Choose both while migrating from platform certificates.",
            "新商户使用微信支付公钥；由平台证书切换到公钥的灰度期间选择“两者”。",
        ),
        kind=SettingKind.CHOICE,
        default=PUBLIC_KEY_MODE,
        choices=(
            (PUBLIC_KEY_MODE, Bilingual("WeChat Pay public key", "微信支付公钥")),
            (CERTIFICATE_MODE, Bilingual("Platform certificates", "平台证书")),
            (MIGRATION_MODE, Bilingual("Both (migration)", "两者（切换期间）")),
        ),
    ),
    SettingField(
        "platform_public_key",
        Bilingual("WeChat Pay public key", "微信支付公钥"),
        Bilingual(
            "WeChat Pay's key (pub_key.pem), not the merchant's own. Not for platform certificates.",
            "微信支付的公钥（pub_key.pem），不是商户公钥；平台证书方式不填。",
        ),
        kind=SettingKind.PUBLIC_KEY,
        required=False,
    ),
    SettingField(
        "platform_public_key_id",
        Bilingual("WeChat Pay public key id", "微信支付公钥 ID"),
        Bilingual("It begins with PUB_KEY_ID_.", "以 PUB_KEY_ID_ 开头。"),
        required=False,
    ),
    SettingField(
        "site",
        Bilingual("Site", "接入点"),
        Bilingual("The second site serves when the first is unreachable.", "主域名不可用时可改用备域名。"),
        kind=SettingKind.CHOICE,
        required=False,
        default="primary",
        choices=(
            ("primary", Bilingual("api.mch.weixin.qq.com", "主域名 api.mch.weixin.qq.com")),
            ("second", Bilingual("api2.mch.weixin.qq.com", "备域名 api2.mch.weixin.qq.com")),
        ),
        environments=frozenset({"production"}),
    ),
    SettingField(
        "base_url",
        Bilingual("Sandbox address", "沙箱地址"),
        Bilingual(
            "Where test requests go. WeChat Pay has no sandbox for APIv3; in production the address is fixed.",
            "测试请求的地址。微信支付 APIv3 没有官方沙箱；生产环境地址固定。",
        ),
        kind=SettingKind.URL,
        required=False,
        default=PRIMARY_SITE,
        environments=frozenset({"sandbox"}),
    ),
    SettingField(
        "transfer_scene_id",
        Bilingual("Transfer scene", "转账场景 ID"),
        Bilingual(
            "As granted in the merchant platform; 1009 is payment for purchased goods.",
            "须已在商户平台开通；1009 为采购货款。",
        ),
        required=False,
        default=SUPPLIER_GOODS,
    ),
    SettingField(
        "transfer_scene_report",
        Bilingual("Scene report", "转账场景报备信息"),
        Bilingual(
            "type=text, several separated by semicolons; the types are fixed for each scene. {title} is the "
            "payment's title. Change it only while no pay-out is open.",
            "格式为 类型=内容，多条用分号分隔；类型由场景固定，{title} 为付款标题。有未完成付款时请勿修改。",
        ),
        required=False,
        default="采购商品名称={title}",
    ),
    SettingField(
        "user_recv_perception",
        Bilingual("What the payee reads as reason", "用户收款感知"),
        Bilingual(
            "One of the scene's fixed texts; leave empty for the scene's own.",
            "须为该场景允许的固定文案；留空则显示场景默认文案。",
        ),
        required=False,
    ),
    SettingField(
        "transfer_words",
        Bilingual("Words of a transfer in the fund bill", "资金账单中转账的业务名称"),
        Bilingual(
            "A row whose business name or type holds one of them is a transfer to a payee.",
            "业务名称或业务类型含其中任一词语的资金流水视为商家转账，用逗号分隔。",
        ),
        required=False,
        default="商家转账,企业付款,付款到零钱",
    ),
    SettingField(
        "store_out_id",
        Bilingual("Store number", "门店编号"),
        Bilingual("Sent with charged payment codes.", "付款码支付时上送的商家门店编号。"),
        required=False,
        default="0001",
    ),
    SettingField(
        "balance_source",
        Bilingual("Balance read from", "余额查询"),
        Bilingual(
            "WeChat Pay opens its balance interface to few merchants; others see the balance in the fund bill.",
            "余额接口仅对部分商户开放；其他商户以资金账单的账户结余为准。",
        ),
        kind=SettingKind.CHOICE,
        required=False,
        default="none",
        choices=(
            ("none", Bilingual("Not available", "未开通")),
            ("api", Bilingual("Balance interface", "余额查询接口")),
        ),
    ),
    SettingField(
        "purses",
        Bilingual("Accounts of the merchant", "商户账户"),
        Bilingual(
            "The basic account takes collections, refunds and fees, the operating account pays transfers. "
            "With both, the fund bill is the two together.",
            "基本账户用于收款、退款和手续费，运营账户用于商家转账；选择“两者”时资金账单为两个账户之和。",
        ),
        kind=SettingKind.CHOICE,
        required=False,
        default=BOTH,
        choices=(
            (BOTH, Bilingual("Basic and operating account", "基本账户和运营账户")),
            (BASIC, Bilingual("Basic account", "仅基本账户")),
            (OPERATION, Bilingual("Operating account", "仅运营账户")),
        ),
    ),
)
