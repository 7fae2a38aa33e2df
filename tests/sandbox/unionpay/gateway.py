"""The addresses of the gateway: who calls, may they, what is the answer; and the faults that come in between."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from ..core import Core
from ..faults import Strikes
from ..losses import lost_after, lost_before
from ..traffic import Asked
from ..wire import Request, Response
from . import signing
from .codes import FORMAT, MERCHANT, NO_PERMISSION, SIGNATURE, SUCCESS, Refusal, words
from .form import answer_text, charset_of, read_form
from .merchants import Merchant, Merchants
from .messages import Messages, echo
from .rules import Rules
from .sensitive import Sensitive
from .settings import UnionPaySettings

Handler = Callable[[Merchant, dict[str, str]], dict[str, str]]
BUSY, LOST, NEVER_SEEN = "06", "03", "Q7"


@dataclass
class Call:
    """One request: its fields, and who sent it once that is proved."""

    fields: dict[str, str] = field(default_factory=dict)
    merchant: Merchant | None = None

    @property
    def key(self) -> str:
        """Transaction and sub type, "12/00"."""
        return f"{self.fields.get('txnType', '')}/{self.fields.get('txnSubType', '')}"


class Gateway:
    """Server APIs: form posts that are answered with signed text."""

    def __init__(
        self,
        core: Core,
        settings: UnionPaySettings,
        merchants: Merchants,
        rules: Rules,
        messages: Messages,
    ) -> None:
        self._core = core
        self._settings = settings
        self._merchants = merchants
        self._rules = rules
        self._messages = messages

    def endpoint(self, transactions: Mapping[str, Handler]) -> Callable[[Request], Response]:
        """An address that serves these transactions, by "txnType/txnSubType"."""
        return lambda request: self._serve(request, transactions)

    def admitted(self, fields: dict[str, str], transactions: Mapping[str, object]) -> Merchant:
        """The merchant that really sent this, in good form. Raises Refusal; he is looked up before the signature."""
        self._rules.envelope(fields)
        call = Call(fields)
        merchant = self._merchants.get(fields["merId"])
        if merchant is None:
            raise Refusal(MERCHANT, "merId")
        if not self._verified(merchant, fields):
            raise Refusal(SIGNATURE)
        if call.key not in transactions:
            raise Refusal(FORMAT, "txnType")
        self._rules.content(call.key, fields)
        if call.key in merchant.terms.products_missing.split(","):
            raise Refusal(NO_PERMISSION)
        return merchant

    def note(self, traits: Mapping[str, str], strikes: Strikes, answer: str) -> None:
        """Enter a request into the record."""
        seen = {name: traits[name] for name in ("platform", "app_id", "method", "out_biz_no")}
        moment = self._core.clock.now().isoformat(timespec="milliseconds")
        self._core.traffic.note(Asked(time=moment, answer=answer, faults=",".join(strikes), **seen))

    def struck(self, fields: dict[str, str]) -> tuple[dict[str, str], Strikes]:
        """What faults select by, and the faults that strike; after the latency."""
        call = Call(fields)
        traits = {
            "platform": "unionpay",
            "app_id": fields.get("merId", ""),
            "method": call.key,
            "out_biz_no": fields.get("orderId") or fields.get("batchNo", ""),
            "payee": self._payee(fields),
        }
        strikes = self._core.faults.strike("gateway", **traits)
        if self._core.settings.latency_ms:
            time.sleep(self._core.settings.latency_ms / 1000)
        return traits, strikes

    def _serve(self, request: Request, transactions: Mapping[str, Handler]) -> Response:
        try:
            call = Call(read_form(request.body))
        except Refusal as refusal:
            return self._reply(Call(), _refused(refusal), Strikes())
        traits, strikes = self.struck(call.fields)
        if (response := lost_before(strikes)) is not None:
            self.note(traits, strikes, "lost")
            return response
        result = self._act(call, transactions, strikes)
        self.note(traits, strikes, result["respCode"])
        return lost_after(self._reply(call, result, strikes), strikes)

    def _act(self, call: Call, transactions: Mapping[str, Handler], strikes: Strikes) -> dict[str, str]:
        """Check the call and carry it out, unless a fault speaks first."""
        try:
            call.merchant = self.admitted(call.fields, transactions)
            refused_before(strikes)
            result = transactions[call.key](call.merchant, call.fields)
            if "system_error_after" in strikes:
                raise Refusal(str(strikes.arg("system_error_after", "code", LOST)))
        except Refusal as refusal:
            return _refused(refusal)
        return {"respCode": SUCCESS, "respMsg": words(SUCCESS), **result}

    def _verified(self, merchant: Merchant, fields: Mapping[str, str]) -> bool:
        """Whether the merchant signed this, in the way that is agreed with him."""
        text = signing.link_string(fields).encode(charset_of(fields), "replace")
        method = fields["signMethod"]
        if method != merchant.sign_method:
            return False
        if method == signing.CERTIFICATE:
            if fields.get("certId") != merchant.identity.serial:
                return False
            return signing.verified(merchant.identity.key.public_key(), text, fields["signature"])
        return signing.shared_verified(method, merchant.secret, text, fields["signature"])

    def _payee(self, fields: dict[str, str]) -> str:
        """The account that is paid, in clear; only looked into, not yet trusted."""
        if not fields.get("accNo"):
            return ""
        try:
            return Sensitive(self._merchants).account(fields, False)
        except Refusal:
            return ""

    def _reply(self, call: Call, result: Mapping[str, str], strikes: Strikes) -> Response:
        """Sign and send an answer."""
        fields = {**echo(call.fields), **{name: value for name, value in result.items() if value}}
        fields.setdefault("encoding", "UTF-8")
        fields.setdefault("version", "5.1.0")
        method = call.fields.get("signMethod", "")
        if result["respCode"] == SIGNATURE and not self._settings.sign_rejections:
            return answer_text({**fields, "signMethod": method or signing.CERTIFICATE})
        merchant = call.merchant or self._merchants.get(call.fields.get("merId", ""))
        return answer_text(self._messages.signed(merchant, fields, strikes))


def _refused(refusal: Refusal) -> dict[str, str]:
    return {"respCode": refusal.code, "respMsg": refusal.message}


def refused_before(strikes: Strikes) -> None:
    """Refusals that a fault speaks in the transaction's place. Raises Refusal."""
    if "system_error_before" in strikes:
        raise Refusal(str(strikes.arg("system_error_before", "code", BUSY)))
    if "sub_code" in strikes:
        raise Refusal(str(strikes.arg("sub_code", "code", BUSY)))
    if "unknown_code" in strikes:
        raise Refusal(str(strikes.arg("unknown_code", "code", NEVER_SEEN)))
