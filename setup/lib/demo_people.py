"""The vendors and customers of the demo, and what is special about some of them at the platform."""

from dataclasses import dataclass, field

LOGON, USER_ID, CARD, ACCOUNT = "alipay_logon_id", "alipay_user_id", "bank_card", "bank_account"
OPENID = "wechat_openid"
ALIPAY, WECHATPAY, UNIONPAY = "alipay", "wechatpay", "unionpay"
_IDENTITY_TYPES = {LOGON: "ALIPAY_LOGON_ID", USER_ID: "ALIPAY_USER_ID"}


@dataclass(frozen=True)
class Vendor:
    """A vendor: its account, the amounts (CNY) of its bills and the platform that pays it. `known` False: the platform
    has no such payee. `at_platform` is told to the sandbox; `story` is what the walk-through does with it."""

    name: str
    kind: str
    account: str
    bills: tuple[float, ...]
    bank: str | None = None
    known: bool = True
    story: str = "plain"
    at_platform: dict[str, object] = field(default_factory=dict)
    platform: str = ALIPAY

    @property
    def is_company(self) -> bool:
        """A WeChat wallet is always a person's."""
        return self.kind != OPENID

    @property
    def identity_type(self) -> str | None:
        """The sandbox's name of the kind of account; bank accounts are registered only for a special end."""
        if self.platform != ALIPAY:
            return None
        if self.kind in (CARD, ACCOUNT):
            return "BANKCARD_ACCOUNT" if self.at_platform else None
        return _IDENTITY_TYPES[self.kind]


VENDORS = (
    Vendor("杭州纸业有限公司", LOGON, "finance@hzpaper.example", (5000.00, 1280.50)),
    Vendor("苏州包装材料有限公司", LOGON, "pay@szpack.example", (860.00,)),
    Vendor("宁波五金制品有限公司", LOGON, "13800001001", (12600.00, 330.10)),
    Vendor("广州印刷有限公司", LOGON, "ap@gzprint.example", (2499.99,)),
    Vendor("成都设计工作室", USER_ID, "2088000000000011", (3800.00,)),
    Vendor("北京云服务有限公司", USER_ID, "2088000000000029", (799.00, 799.00)),
    Vendor("深圳电子元件有限公司", LOGON, "billing@szparts.example", (45210.35,)),
    Vendor("青岛冷链物流有限公司", LOGON, "13800001002", (1750.00,)),
    Vendor("武汉办公用品有限公司", LOGON, "shop@whoffice.example", (96.50, 210.00)),
    Vendor("南京清洁服务有限公司", USER_ID, "2088000000000037", (640.00,)),
    Vendor("西安软件有限公司", LOGON, "ar@xasoft.example", (18000.00,)),
    Vendor("厦门茶叶有限公司", LOGON, "13800001003", (520.00,)),
    Vendor("天津货运代理有限公司", ACCOUNT, "302010100100886688", (7340.00,), bank="中国工商银行"),
    Vendor("重庆机械有限公司", ACCOUNT, "310066661234567890", (26800.00,), bank="交通银行"),
    Vendor("张伟（个体设计师）", CARD, "6222021001122334458", (1500.00,), bank="中国工商银行"),
    Vendor("长沙食品有限公司", LOGON, "cashier@csfood.example", (431.25,)),
    Vendor("大连水产有限公司", LOGON, "13800001004", (2890.00,), story="answer lost after paying"),
    Vendor("远方工艺有限公司", LOGON, "nobody@yuanfang.example", (1111.00,), known=False, story="payee unknown"),
    Vendor(
        "昆明花卉有限公司",
        ACCOUNT,
        "871900123456789012",
        (3666.00,),
        bank="招商银行",
        story="returned by the bank",
        at_platform={"returns_after_ms": 4000},
    ),
    Vendor("哈尔滨木材有限公司", LOGON, "ar@hrbwood.example", (4200.00,), story="told twice"),
    Vendor("李娜（翻译）", OPENID, "oDemo-LiNa-0001", (680.00,), platform=WECHATPAY, story="confirms in WeChat"),
    Vendor("王强（摄影）", OPENID, "oDemo-WangQiang-02", (1200.00,), platform=WECHATPAY, story="confirms in WeChat"),
    Vendor("济南轴承有限公司", ACCOUNT, "622908411234500018", (15800.00,), bank="兴业银行", platform=UNIONPAY),
    Vendor("赵敏（顾问）", CARD, "6222021001122330001", (2600.00,), bank="中国工商银行", platform=UNIONPAY),
)


@dataclass(frozen=True)
class Customer:
    """A customer, the amounts (CNY) of the open invoices, and how they are paid in the walk-through: by the code of an
    `offer`, or with a payment code presented at the counter (`charge`)."""

    name: str
    invoices: tuple[float, ...]
    platform: str
    way: str = "offer"
    refund: float = 0.0


CUSTOMERS = (
    Customer("海豚书店", (420.00,), ALIPAY, refund=210.00),
    Customer("晨光幼儿园", (1680.00,), WECHATPAY, refund=840.00),
    Customer("东方酒店", (9600.00,), UNIONPAY, refund=4800.00),
    Customer("街角咖啡", (58.50,), ALIPAY, way="charge"),
    Customer("小满花房", (126.00,), WECHATPAY, way="charge"),
    Customer("北站便利店", (312.40,), UNIONPAY, way="charge"),
    Customer("江南画廊", (2350.00,), ALIPAY, way="open"),
)
