"""The codes of UnionPay's own system, 00 to 09 and 9x.

Source: UnionPay ACP 5.1.0, published response codes (应答码).
"""

from __future__ import annotations

from odoo.addons.payment_bridge.connector.types import Bilingual

from .model import Code, Effect

SYSTEM_CODES: tuple[Code, ...] = (
    Code(
        "00",
        Effect.SUCCEEDED,
        Bilingual("UnionPay carried out, or accepted, what it was asked.", "成功（或已受理）。"),
        Bilingual("An accepted order is queried until its result is there.", "已受理的订单将继续查询最终结果。"),
    ),
    Code(
        "A6",
        Effect.SUCCEEDED,
        Bilingual("Carried out with a defect, and booked.", "有缺陷的成功，已入账。"),
        Bilingual("Compare with the bill.", "请与对账文件核对。"),
    ),
    Code(
        "01",
        Effect.FINAL,
        Bilingual("The transaction failed.", "交易失败。"),
        Bilingual("Ask UnionPay's service line 95516.", "请致电 95516 咨询。"),
        pay_out=Effect.QUERY,
    ),
    Code(
        "02",
        Effect.QUERY,
        Bilingual("The system is not open or is closed for a while.", "系统未开放或暂时关闭。"),
        Bilingual("It is sent again once UnionPay is certain that it never arrived.", "确认银联未收到后系统将重发。"),
        ends=True,
    ),
    Code(
        "03",
        Effect.QUERY,
        Bilingual("The communication timed out.", "交易通讯超时。"),
        Bilingual(
            "Wait, and do not pay by another way before the result is certain.", "请等待，结果明确前不要换通道重付。"
        ),
    ),
    Code(
        "04",
        Effect.QUERY,
        Bilingual("The state is unclear; the bill decides.", "交易状态未明，以对账结果为准。"),
        Bilingual(
            "Wait, and do not pay by another way before the result is certain.", "请等待，结果明确前不要换通道重付。"
        ),
    ),
    Code(
        "05",
        Effect.PROCESSING,
        Bilingual("UnionPay has accepted the order.", "交易已受理，请稍后查询结果。"),
        Bilingual(
            "Wait, and do not pay by another way before the result is certain.", "请等待，结果明确前不要换通道重付。"
        ),
    ),
    Code(
        "06",
        Effect.QUERY,
        Bilingual("UnionPay's system is busy.", "系统繁忙。"),
        Bilingual("It is sent again once UnionPay is certain that it never arrived.", "确认银联未收到后系统将重发。"),
        ends=True,
    ),
    Code(
        "37",
        Effect.PAUSE,
        Bilingual("UnionPay was asked too often.", "查询次数过多或过于频繁。"),
        Bilingual("The question is repeated later by itself.", "系统稍后自动再次查询。"),
    ),
    Code(
        "39",
        Effect.QUERY,
        Bilingual("The order came outside of the service hours.", "交易不在受理时间范围内。"),
        Bilingual("It is sent again once UnionPay is certain that it never arrived.", "确认银联未收到后系统将重发。"),
        ends=True,
    ),
    Code(
        "98",
        Effect.FINAL,
        Bilingual("There is no such file.", "文件不存在。"),
        Bilingual("No activity on that day, or it is not made yet.", "当日无交易，或文件尚未生成。"),
    ),
    Code(
        "99",
        Effect.QUERY,
        Bilingual("UnionPay answered with a general error.", "通用错误。"),
        Bilingual(
            "Wait, and do not pay by another way before the result is certain.", "请等待，结果明确前不要换通道重付。"
        ),
    ),
)
