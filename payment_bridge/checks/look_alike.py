"""Payee safety: a name written with letters that only look like those of another."""

import re
import unicodedata

from odoo.tools import SQL
from odoo.tools.translate import LazyTranslate

from ..connector.types import Bilingual
from ..screening.names import LOOK_ALIKES
from .base import Check, Mode, Policy, register

_lt = LazyTranslate(__name__)

WORD = re.compile(r"[^\W\d_]+")


@register
class LookAlikeCheck(Check):
    """A word of Latin letters with Cyrillic or Greek ones among them, a name that reads like another partner's but
    is written otherwise, letters in full width."""

    code = "look_alike"
    label = Bilingual("Look-alike name", "形近名称")
    purpose = Bilingual(
        "The payee's name is not written with letters that only look like others.", "收款方名称未使用形近字母冒充。"
    )
    default = Policy(Mode.BLOCK)

    def load(self, cases):
        suspects = {folded for case in cases for name in _names(case.payment) if (folded := fold(name)) != name.lower()}
        rows = suspects and self.env.execute_query(
            SQL(
                "SELECT lower(name), array_agg(commercial_partner_id) FROM res_partner"
                " WHERE lower(name) = ANY(%s) AND active GROUP BY 1",
                sorted(suspects),
            )
        )
        self._owners = {name: set(owners) for name, owners in rows or ()}

    def judge(self, case):
        payee = case.payment.partner_id.commercial_partner_id.id
        for name in _names(case.payment):
            if any(is_mixed(word) for word in WORD.findall(unicodedata.normalize("NFKC", name))):
                return self.fault(
                    _lt("The payee's name mixes letters of several alphabets that look alike in one word.")
                )
            folded = fold(name)
            if folded != name.lower() and self._owners.get(folded, set()) - {payee}:
                return self.fault(
                    _lt("The payee's name reads like that of another partner, but is written with other letters.")
                )
        if any(fold(name) != name.translate(LOOK_ALIKES).lower() for name in _names(case.payment)):
            return self.doubt(_lt("The payee's name is written with letters of another width or form."))
        return self.fine(_lt("The payee's name is written in one alphabet."))


def _names(payment):
    names = (payment.partner_id.name, payment.partner_bank_id.acc_holder_name)
    return [" ".join(name.split()) for name in names if name]


def fold(name):
    """A name in small letters, each letter as the Latin one of usual width that it looks like."""
    if name.isascii():
        return name.lower()
    plain = (unicodedata.normalize("NFKC", sign) if sign.isalnum() else sign for sign in name)
    return "".join(plain).translate(LOOK_ALIKES).lower()


def is_mixed(word):
    """Whether a word has Latin letters and, among them, Cyrillic or Greek ones."""
    if word.isascii():
        return False
    alphabets = {unicodedata.name(letter, "").split(" ")[0] for letter in word}
    return "LATIN" in alphabets and bool({"CYRILLIC", "GREEK"} & alphabets)
