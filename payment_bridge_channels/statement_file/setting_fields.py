"""The settings that say how a statement's file is written.

No column title has a default: the files differ and few of them are public. The words that tell what a row is about are
defaults in ordinary Chinese, to be replaced by the file's own.
"""

from __future__ import annotations

from odoo.addons.payment_bridge.connector.declarations import SettingField, SettingKind
from odoo.addons.payment_bridge.connector.types import Bilingual

TWO_COLUMNS = "two_columns"
SIGNED = "signed"
REVERSED = "reversed"
DIRECTION = "direction"
AUTO = "auto"
UTF8 = "utf-8"
GBK = "gb18030"
COMMA = "comma"
TAB = "tab"
SEMICOLON = "semicolon"

_COLUMN_HELP = Bilingual("The title of the column, as the file writes it.", "列名，与文件表头完全一致。")
_OPTIONAL_COLUMN_HELP = Bilingual(
    "The title of the column, as the file writes it. Empty: the file has none.",
    "列名，与文件表头完全一致；文件没有该列时留空。",
)


def _column(name: str, en: str, zh: str, *, required: bool = False, told: Bilingual | None = None) -> SettingField:
    told = told or (_COLUMN_HELP if required else _OPTIONAL_COLUMN_HELP)
    return SettingField(name, Bilingual(en, zh), told, required=required)


def _words(name: str, en: str, zh: str, default: str) -> SettingField:
    return SettingField(
        name,
        Bilingual(en, zh),
        Bilingual(
            "Words of the summary by which such rows are known, separated by commas.",
            "摘要中用于识别此类交易的文字，以逗号分隔。",
        ),
        required=False,
        default=default,
    )


LAYOUT_FIELDS: tuple[SettingField, ...] = (
    _column("column_time", "Column: time", "列：交易时间", required=True),
    _column(
        "column_clock",
        "Column: time of day",
        "列：时分秒",
        told=Bilingual(
            "Only where the file has date and time of day in two columns: the title of the second.",
            "仅当日期与时间分为两列时填写第二列的列名。",
        ),
    ),
    SettingField(
        "time_format",
        Bilingual("How times are written", "时间格式"),
        Bilingual(
            "With YYYY, MM, DD, HH, mm, ss for two digits (four for the year), M, D, H where the first may be"
            " missing. With two columns, a space between them.",
            "用 YYYY、MM、DD、HH、mm、ss 表示；M、D、H 表示可不补零。日期与时间分两列时以一个空格分隔。",
        ),
        required=False,
        default="YYYY-MM-DD HH:mm:ss",
    ),
    SettingField(
        "amounts",
        Bilingual("How amounts are written", "金额写法"),
        Bilingual(
            "How the file tells money that came in from money that went out.",
            "文件如何区分收入与支出。",
        ),
        kind=SettingKind.CHOICE,
        required=False,
        default=TWO_COLUMNS,
        choices=(
            (TWO_COLUMNS, Bilingual("One column for money in, one for money out", "收入、支出各一列")),
            (SIGNED, Bilingual("One column, negative is money out", "一列，负数为支出")),
            (REVERSED, Bilingual("One column, negative is money in", "一列，负数为收入")),
            (
                DIRECTION,
                Bilingual("One without sign, another says in or out", "一列不带符号，另一列注明收支方向"),
            ),
        ),
    ),
    _column("column_in", "Column: money in", "列：收入金额"),
    _column("column_out", "Column: money out", "列：支出金额"),
    _column("column_amount", "Column: amount", "列：金额"),
    _column("column_direction", "Column: in or out", "列：收支方向"),
    SettingField(
        "words_in",
        Bilingual("In or out: words for in", "收支方向：表示收入的文字"),
        Bilingual("Separated by commas.", "以逗号分隔。"),
        required=False,
        default="收入,收,转入",
    ),
    SettingField(
        "words_out",
        Bilingual("In or out: words for out", "收支方向：表示支出的文字"),
        Bilingual("Separated by commas.", "以逗号分隔。"),
        required=False,
        default="支出,支,转出",
    ),
    _column(
        "column_reference",
        "Column: the institution's number",
        "列：机构流水号",
        required=True,
        told=Bilingual(
            "The number that only one row has. The same file twice, or the same row in two files, is known by it.",
            "每行唯一的编号；重复上传或两个文件中的同一笔据此识别。",
        ),
    ),
    _column("column_key", "Column: our number", "列：商户订单号"),
    _column("column_balance", "Column: balance", "列：余额"),
    _column("column_counterparty", "Column: counterparty", "列：对方"),
    _column("column_summary", "Column: summary", "列：摘要"),
    _column("column_wallet", "Column: own wallet", "列：本方钱包编号"),
    _words("words_refund", "Refunds and returns: words", "退款、退回：识别文字", "退款,退回"),
    _words("words_fee", "Fees: words", "手续费：识别文字", "手续费,服务费"),
    _words("words_deposit", "Money put in: words", "充值：识别文字", "充值,充钱包"),
    _words("words_withdrawal", "Money taken to the bank: words", "提现：识别文字", "提现,存银行"),
    SettingField(
        "words_end",
        Bilingual("End of the rows: words", "明细结束：识别文字"),
        Bilingual(
            "A line that begins with one of these ends the rows (totals, remarks), separated by commas.",
            "以这些文字开头的行表示明细结束（合计、备注等），以逗号分隔。",
        ),
        required=False,
        default="合计,总计",
    ),
    SettingField(
        "encoding",
        Bilingual("Text encoding", "文件编码"),
        Bilingual("How the file's characters are stored.", "文件的字符编码。"),
        kind=SettingKind.CHOICE,
        required=False,
        default=AUTO,
        choices=(
            (AUTO, Bilingual("UTF-8 where it is, or else GBK", "自动（UTF-8 或 GBK）")),
            (UTF8, Bilingual("UTF-8", "UTF-8")),
            (GBK, Bilingual("GBK", "GBK")),
        ),
    ),
    SettingField(
        "separator",
        Bilingual("Between the columns", "列分隔符"),
        Bilingual("The character between two cells.", "两列之间的字符。"),
        kind=SettingKind.CHOICE,
        required=False,
        default=COMMA,
        choices=(
            (COMMA, Bilingual("Comma", "逗号")),
            (TAB, Bilingual("Tab", "制表符")),
            (SEMICOLON, Bilingual("Semicolon", "分号")),
        ),
    ),
)
EXCHANGE_FIELDS: tuple[SettingField, ...] = (
    _column(
        "column_arrived",
        "Column: amount that arrives",
        "列：到账金额",
        told=Bilingual(
            "Where the institution exchanges what leaves: the column of what arrives, in the currency of the next"
            " one. Empty: the file has none.",
            "机构代为结汇、换汇时，对方实际到账金额所在的列；文件没有该列时留空。",
        ),
    ),
    _column(
        "column_arrived_currency",
        "Column: currency that arrives",
        "列：到账币种",
        told=Bilingual(
            "Three letters in each row, such as CNY. Empty: the file has none.",
            "每行三个字母的币种代码，如 CNY；文件没有该列时留空。",
        ),
    ),
)
"""For accounts from which money is taken into another currency."""
