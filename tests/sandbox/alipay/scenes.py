"""Transfer scenes and the report infos that each one asks for."""

from __future__ import annotations

SCENES: dict[str, frozenset[str]] = {
    "业务结算": frozenset({"结算款项名称"}),
    "佣金报酬": frozenset({"佣金报酬说明"}),
    "现金营销": frozenset({"活动名称", "奖励说明"}),
    "企业退款": frozenset({"退款原因"}),
    "二手回收": frozenset({"回收商品名称"}),
    "公益补助": frozenset({"公益活动名称"}),
    "行政补贴和退款": frozenset({"补贴/退款类型"}),
    "保险理赔": frozenset({"业务类型", "保险险种", "业务交易订单号"}),
}
