"""Transfer scenes: the report infos each one asks for, and the perceptions its page lists."""

from __future__ import annotations

SCENES: dict[str, frozenset[str] | None] = {
    "1000": frozenset({"活动名称", "奖励说明"}),
    "1002": frozenset({"补贴类型"}),
    "1004": frozenset({"保险产品备案编号", "保险名称", "保险操作单号"}),
    "1005": frozenset({"岗位类型", "报酬说明"}),
    "1006": None,  # no source lists its set: any is taken
    "1009": frozenset({"采购商品名称"}),
    "1010": frozenset({"回收商品名称"}),
    "1011": frozenset({"赔付原因"}),
    "1013": frozenset({"公益活动名称", "公益活动备案编号"}),
}
PERCEPTIONS: dict[str, frozenset[str]] = {
    "1000": frozenset({"活动奖励", "现金奖励"}),
    "1005": frozenset({"劳务报酬", "报销款", "企业补贴", "开工利是"}),
    "1009": frozenset({"货款"}),
    "1011": frozenset({"退款", "商家赔付"}),
}
