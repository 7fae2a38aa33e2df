"""Payee safety: name and account belong together, as far as the platform and the eye can tell."""

import re
import unicodedata

from odoo.tools import SQL, format_datetime
from odoo.tools.translate import LazyTranslate

from ..connector import registry
from ..connector.types import Bilingual
from .base import Check, Mode, Policy, register

_lt = LazyTranslate(__name__)


def comparable(name):
    """A name without case, spaces, punctuation and full-width forms."""
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", name or "").casefold())


def mixed_scripts(name):
    """Whether one word mixes Latin letters with Greek or Cyrillic ones that look like them."""
    for word in re.findall(r"[^\W\d_]+", name or ""):
        scripts = {unicodedata.name(letter, "").partition(" ")[0] for letter in word}
        if "LATIN" in scripts and scripts & {"CYRILLIC", "GREEK"}:
            return True
    return False


@register
class AccountNameCheck(Check):
    """A platform that has once said that name and account do not belong together is believed until the
    account is changed or confirmed. Another holder than the vendor is worth a look."""

    code = "account_name"
    label = Bilingual("Name and account", "户名核对")
    purpose = Bilingual(
        "The platform has not said that name and account differ, and the holder is the vendor.",
        "平台未报告户名与账户不符，且户名即供应商。",
    )
    default = Policy(Mode.BLOCK)

    def load(self, cases):
        codes = sorted(f"{one.code}:{code}" for one in registry.all_connectors() for code in one.payee_mismatch_codes)
        rows = []
        if codes:
            rows = self.env.execute_query(
                SQL(
                    """
                    SELECT p.partner_bank_id, MAX(i.finished_at)
                      FROM account_payment p
                      JOIN payment_bridge_instruction i ON i.payment_id = p.id
                      JOIN payment_bridge_channel channel ON channel.id = i.channel_id
                      JOIN res_partner_bank account ON account.id = p.partner_bank_id
                      JOIN res_partner partner ON partner.id = p.partner_id
                     WHERE p.partner_bank_id = ANY(%s) AND i.state = 'failed'
                       AND channel.connector_code || ':' || i.platform_code = ANY(%s)
                       AND i.payee_account = TRIM(account.acc_number)
                       AND i.payee_name = TRIM(COALESCE(NULLIF(account.acc_holder_name, ''), partner.name))
                     GROUP BY p.partner_bank_id
                    """,
                    self.batch.payments.partner_bank_id.ids,
                    codes,
                )
            )
        self._refused = dict(rows)

    def judge(self, case):
        account = case.payment.partner_bank_id
        refused_at = self._refused.get(account.id)
        verified_at = account._bridge_is_verified() and account.bridge_verified_at
        if refused_at and not (verified_at and verified_at > refused_at):
            return self.fault(
                _lt(
                    "The platform said on %s that name and account do not belong together.",
                    format_datetime(self.env, refused_at, dt_format="short"),
                ),
                refused_at=refused_at.isoformat(),
            )
        holder, vendor = account.acc_holder_name, case.payment.partner_id.commercial_partner_id.name
        if mixed_scripts(holder) or mixed_scripts(vendor):
            return self.fault(_lt("The payee's name mixes Latin letters with others that only look like them."))
        if holder and comparable(holder) != comparable(vendor):
            return self.doubt(
                _lt("The account is held by %(holder)s, the vendor is %(vendor)s.", holder=holder, vendor=vendor)
            )
        return self.fine(_lt("The account is held by the vendor."))
