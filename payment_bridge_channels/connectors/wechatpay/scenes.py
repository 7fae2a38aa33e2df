"""The transfer scenes and what each wants to be told.

Source: WeChat Pay APIv3, merchant transfer, ``transfer_scene_id`` and ``transfer_scene_report_infos``.
"""

from __future__ import annotations

SUPPLIER_GOODS = "1009"
INFO_TYPE_MAX = 15
INFO_CONTENT_MAX = 32

SCENES: dict[str, tuple[str, frozenset[str] | None]] = {
    "1000": ("现金营销", frozenset({"活动名称", "奖励说明"})),
    "1002": ("行政补贴", frozenset({"补贴类型"})),
    "1004": ("保险理赔", frozenset({"保险产品备案编号", "保险名称", "保险操作单号"})),
    "1005": ("佣金报酬", frozenset({"岗位类型", "报酬说明"})),
    "1006": ("企业报销", None),  # its set is not published
    "1009": ("采购货款", frozenset({"采购商品名称"})),
    "1010": ("二手回收", frozenset({"回收商品名称"})),
    "1011": ("企业赔付", frozenset({"赔付原因"})),
    "1013": ("公益补助", frozenset({"公益活动名称", "公益活动备案编号"})),
}
"""Scene id → its name, and exactly which ``info_type`` it demands (None: not known)."""
