"""Every address of the API: who calls, may they, what is the answer; and the faults that come in between."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, unquote

from ..core import Core
from ..faults import Strikes
from ..losses import lost_after, lost_before
from ..router import Router
from ..traffic import Asked
from ..wire import Request, Response
from . import signing
from .authorization import Doorkeeper, claim_of
from .errors import Refusal
from .fields import Fields
from .merchants import Merchant, Merchants
from .settings import WechatSettings

JSON = "application/json; charset=utf-8"
NUMBER_FIELDS = ("out_bill_no", "out_refund_no", "out_trade_no")
PLATFORM = "wechatpay"


@dataclass(frozen=True)
class Call:
    """One authenticated request. `serial` is its Wechatpay-Serial, the key that sensitive fields are for."""

    merchant: Merchant
    parts: Mapping[str, str]
    query: Fields
    body: Fields
    serial: str


Answer = dict[str, Any] | Response | None


@dataclass(frozen=True)
class Operation:
    """One address. The handler answers a JSON object, None for 204, or a file, which nobody signs."""

    name: str
    verb: str
    path: str
    handler: Callable[[Call], Answer]


class Gateway:
    """The addresses under /v3/."""

    def __init__(self, core: Core, settings: WechatSettings, merchants: Merchants) -> None:
        self._core = core
        self._settings = settings
        self._merchants = merchants
        self._doorkeeper = Doorkeeper(settings, merchants)

    def add(self, router: Router, operation: Operation) -> None:
        """Register an operation."""
        router.add(
            operation.verb, operation.path, lambda request, **parts: self.serve(operation, request, _unquoted(parts))
        )

    def serve(self, operation: Operation, request: Request, parts: dict[str, str]) -> Response:
        """Answer one request."""
        traits = _traits(operation, request, parts)
        strikes = self._core.faults.strike("gateway", **traits)
        if self._core.settings.latency_ms:
            time.sleep(self._core.settings.latency_ms / 1000)
        lost = lost_before(strikes)
        if lost is not None:
            self._note(traits, strikes, "lost")
            return lost
        asked = request.headers.get("Wechatpay-Serial") or ""
        try:
            answer = self._act(operation, request, parts, strikes)
        except Refusal as refusal:
            self._note(traits, strikes, refusal.code)
            return lost_after(self._refused(refusal, traits["mchid"], asked, strikes), strikes)
        self._note(traits, strikes, "OK")
        return lost_after(self._told(answer, traits["mchid"], asked, strikes), strikes)

    def _act(self, operation: Operation, request: Request, parts: dict[str, str], strikes: Strikes) -> Answer:
        """Check the request and carry it out, unless a fault speaks first."""
        self._check_headers(request)
        merchant = self._doorkeeper.admit(request, claim_of(request))
        if operation.name in merchant.terms.products_missing.split(","):
            raise Refusal("NO_AUTH")
        query = Fields(dict(parse_qsl(request.query, keep_blank_values=True)), "query")
        serial = request.headers.get("Wechatpay-Serial") or ""
        call = Call(merchant, parts, query, Fields(_object_of(request)), serial)
        _refused_before(strikes)
        answer = operation.handler(call)
        if "system_error_after" in strikes:
            raise Refusal("SYSTEM_ERROR")
        return answer

    def _check_headers(self, request: Request) -> None:
        accept = request.headers.get("Accept") or ""
        if not any(kind in accept for kind in ("application/json", "*/*", "application/*")):
            status = self._settings.missing_accept_status
            raise Refusal("PARAM_ERROR", "Http头Accept必须包含application/json", status=status)
        if not request.headers.get("User-Agent"):
            raise Refusal("INVALID_REQUEST", "Http头缺少User-Agent", status=self._settings.missing_agent_status)
        kind = (request.headers.get("Content-Type") or "").partition(";")[0].strip()
        if request.body and kind != "application/json":
            raise Refusal("PARAM_ERROR", "Http头Content-Type应为application/json", status=415)

    def _told(self, answer: Answer, mchid: str, asked: str, strikes: Strikes) -> Response:
        if isinstance(answer, Response):
            answer.headers["Request-ID"] = self._request_id(0)
            return answer
        body = b"" if answer is None else _written(answer)
        response = Response(body, 204 if answer is None else 200, JSON, {"Request-ID": self._request_id(0)})
        self._sign(response, mchid, asked, strikes)
        return response

    def _refused(self, refusal: Refusal, mchid: str, asked: str, strikes: Strikes) -> Response:
        headers = {"Request-ID": self._request_id(refusal.number)}
        response = Response(_written(refusal.body()), refusal.status, JSON, headers)
        if self._settings.sign_errors and refusal.code != "SIGN_ERROR":
            self._sign(response, mchid, asked, strikes)
        return response

    def _request_id(self, number: int) -> str:
        return f"{self._core.token(40).upper()}-{number}"

    def _sign(self, response: Response, mchid: str, asked: str, strikes: Strikes) -> None:
        merchant = self._merchants.get(mchid)
        if merchant is None or "unsigned" in strikes:
            return
        serial, key = self._merchants.signer(merchant, asked)
        stamp, nonce = str(self._merchants.stamp()), self._core.token(32)
        text = signing.lines(stamp.encode(), nonce.encode(), response.body)
        if "wrong_signature" in strikes:
            text += b"\n"
        if "unknown_cert_sn" in strikes:
            serial = self._core.token(40).upper()
        response.headers |= {
            "Wechatpay-Timestamp": stamp,
            "Wechatpay-Nonce": nonce,
            "Wechatpay-Signature": signing.sign(key, text),
            "Wechatpay-Serial": serial,
            "Wechatpay-Signature-Type": signing.SCHEME,
        }

    def _note(self, traits: Mapping[str, str], strikes: Strikes, answer: str) -> None:
        seen = {name: traits[name] for name in ("platform", "app_id", "method", "out_biz_no")}
        moment = self._core.clock.now().isoformat(timespec="milliseconds")
        self._core.traffic.note(Asked(time=moment, answer=answer, faults=",".join(strikes), **seen))


def _traits(operation: Operation, request: Request, parts: Mapping[str, str]) -> dict[str, str]:
    """What faults select by and the record shows; the request is only looked into, not yet trusted."""
    try:
        values = {**_object_of(request), **parts}
    except Refusal:
        values = dict(parts)
    mchid = claim_of(request).mchid
    return {
        "platform": PLATFORM,
        "app_id": mchid,
        "mchid": mchid,
        "method": operation.name,
        "out_biz_no": next((str(values[name]) for name in NUMBER_FIELDS if values.get(name)), ""),
        "payee": str(values.get("openid", "")),
    }


def _unquoted(parts: Mapping[str, str]) -> dict[str, str]:
    return {name: unquote(value) for name, value in parts.items()}


def _object_of(request: Request) -> dict[str, Any]:
    """The JSON object of the body; a request without one has an empty object. Raises Refusal."""
    if not request.body:
        return {}
    try:
        value = json.loads(request.body)
    except ValueError as error:
        raise Refusal("PARAM_ERROR", "请求体不是合法的JSON") from error
    if not isinstance(value, dict):
        raise Refusal("PARAM_ERROR", "请求体应为JSON对象")
    return value


def _written(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def _refused_before(strikes: Strikes) -> None:
    """Refusals that a fault speaks in the operation's place."""
    if "system_error_before" in strikes:
        raise Refusal("SYSTEM_ERROR")
    if "sub_code" in strikes:
        code = str(strikes.arg("sub_code", "code", "SYSTEM_ERROR"))
        raise Refusal(code, status=strikes.arg("sub_code", "status", None))
    if "unknown_code" in strikes:
        code = str(strikes.arg("unknown_code", "code", "SANDBOX_NEVER_SEEN_BEFORE"))
        raise Refusal(code, status=strikes.arg("unknown_code", "status", 400))
