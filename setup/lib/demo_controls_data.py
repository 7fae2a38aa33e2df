"""Who plays in the scenes of the controls, and with which figures."""

from dataclasses import dataclass
from pathlib import Path

LIST_NAME = "示例名单 Example list"
LIST_FILE = Path(__file__).with_name("demo_screening_list.csv")
TAG = "重点供应商 Key vendor"
APPROVAL_LIMIT = 50000.00  # CNY; from here on two people approve one after the other
TAG_RULE = "重点供应商 · Key vendors"
LIMIT_RULE = "五万元及以上 · From 50,000"
COOL_DOWN_DAYS = 3


@dataclass(frozen=True)
class Payee:
    """A vendor with an Alipay account, and what it delivered: units ordered, received and charged, at a price (CNY)."""

    name: str
    account: str
    product: str
    price: float
    ordered: int
    received: int
    charged: int

    @property
    def correct(self) -> float:
        """What is owed for what came."""
        return self.received * self.price


@dataclass(frozen=True)
class Cast:
    """The vendor of each scene; `new_account` is what the account of `changed` becomes while its payment waits."""

    differing: Payee
    changed: Payee
    new_account: str
    screened: Payee
    large: Payee

    @property
    def payees(self) -> tuple[Payee, ...]:
        return self.differing, self.changed, self.screened, self.large


CAST = Cast(
    differing=Payee("常州五金配件有限公司", "sales@czparts.example", "不锈钢螺栓", 86.00, 100, 80, 100),
    changed=Payee("无锡模具有限公司", "ar@wxmould.example", "设计服务", 430.00, 20, 20, 20),
    new_account="receipts@wxmould.example",
    screened=Payee("海雁远洋贸易有限公司", "finance@haiyanoy.example", "包装纸箱", 12.50, 500, 500, 500),
    large=Payee("合肥数控设备有限公司", "ap@hfcnc.example", "设计服务", 17000.00, 4, 4, 4),
)
