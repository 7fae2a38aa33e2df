"""/gateway.do: who calls, may they, what is the answer; and the faults that come in between."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ..clock import BEIJING, STAMP
from ..core import Core
from ..faults import Strikes
from ..losses import lost_after, lost_before
from ..traffic import Asked
from ..wire import Request, Response
from . import signing
from .apps import App, Apps
from .envelope import ERROR_NODE, Call, answer_node, opened, read_call, sealed
from .errors import MESSAGES, Refusal, invalid, missing
from .settings import AlipaySettings

Handler = Callable[[App, dict[str, Any]], dict[str, Any]]
TellingHandler = Callable[[App, dict[str, Any], str], dict[str, Any]]


@dataclass(frozen=True)
class Method:
    """One API method; `money_out` ones are only for certificate mode."""

    handler: Handler
    money_out: bool = False

    def carry_out(self, app: App, content: dict[str, Any], _: str) -> dict[str, Any]:
        """Answer a call; the results of this method are told nowhere else."""
        return self.handler(app, content)


@dataclass(frozen=True)
class TellingMethod:
    """One API method whose results are later told to the `notify_url` of the call."""

    handler: TellingHandler
    money_out: bool = False

    def carry_out(self, app: App, content: dict[str, Any], notify_url: str) -> dict[str, Any]:
        """Answer a call."""
        return self.handler(app, content, notify_url)


Methods = Mapping[str, Method | TellingMethod]


class Gateway:
    """The one endpoint of the v2 protocol."""

    def __init__(self, core: Core, settings: AlipaySettings, apps: Apps, methods: Methods) -> None:
        self._core = core
        self._settings = settings
        self._apps = apps
        self._methods = methods

    def serve(self, request: Request) -> Response:
        """Answer one request."""
        try:
            call = read_call(request)
        except Refusal as refusal:
            return self._reply(Call({}, "utf-8"), None, refusal.node(), Strikes())
        app = self._apps.get(call.params.get("app_id", ""))
        traits = _traits(call, app)
        strikes = self._core.faults.strike("gateway", **traits)
        if self._core.settings.latency_ms:
            time.sleep(self._core.settings.latency_ms / 1000)
        response = lost_before(strikes)
        if response is not None:
            self._note(traits, strikes, "lost")
            return response
        node = self._act(call, app, strikes)
        self._note(traits, strikes, node.get("sub_code") or node["code"])
        return lost_after(self._reply(call, app, node, strikes), strikes)

    def _act(self, call: Call, app: App | None, strikes: Strikes) -> dict[str, Any]:
        """Check the call and carry it out, unless a fault speaks first."""
        try:
            app = self._authenticated(call, app)
            content = opened(call, app)
            _refused_before(strikes)
            result = self._methods[call.method].carry_out(app, content, call.params.get("notify_url", ""))
            if "system_error_after" in strikes:
                raise _system_error()
        except Refusal as refusal:
            return refusal.node()
        return {"code": "10000", "msg": MESSAGES["10000"], **result}

    def _authenticated(self, call: Call, app: App | None) -> App:
        """The app that really sent this. Raises Refusal; the app id is looked at before the signature."""
        params, method = call.params, self._methods.get(call.method)
        for name, sub_code in _REQUIRED:
            if not params.get(name):
                raise missing(sub_code)
        if method is None:
            raise invalid("isv.invalid-method")
        if app is None:
            raise invalid("isv.invalid-app-id")
        for name, sub_code in _REQUIRED_LATER:
            if not params.get(name):
                raise missing(sub_code)
        self._check_form(params)
        self._check_certificates(params, app)
        text = signing.joined(params).encode(call.encoding)
        if not signing.verified(app.identity.key.public_key(), text, params["sign"], params["sign_type"]):
            raise invalid("isv.invalid-signature")
        if app.aes_key and app.terms.aes_required and not call.encrypted:
            raise missing("isv.decryption-error-missing-encrypt-type")
        forbidden = method.money_out and self._settings.money_out_needs_certificate and not app.by_certificate
        if forbidden or call.method in app.terms.products_missing.split(","):
            raise Refusal("40006", "isv.insufficient-isv-permissions")
        return app

    def _check_form(self, params: Mapping[str, str]) -> None:
        if params["sign_type"] not in signing.DIGESTS:
            raise invalid("isv.invalid-signature-type")
        if params.get("format", "JSON").upper() != "JSON":
            raise invalid("isv.invalid-format")
        if params["version"] != "1.0":
            raise invalid("isv.invalid-parameter", "version")
        if params.get("encrypt_type", "AES") != "AES":
            raise invalid("isv.invalid-encrypt-type")
        try:
            sent = datetime.strptime(params["timestamp"], STAMP).replace(tzinfo=BEIJING)
        except ValueError as error:
            raise invalid("isv.invalid-timestamp") from error
        window = self._settings.timestamp_window_seconds
        if window and abs((self._core.clock.real() - sent).total_seconds()) > window:
            raise invalid("isv.invalid-timestamp", "时间戳与北京时间相差过大")

    def _check_certificates(self, params: Mapping[str, str], app: App) -> None:
        if not app.by_certificate:
            return
        if not params.get("app_cert_sn"):
            raise missing("isv.missing-app-cert-sn")
        if not params.get("alipay_root_cert_sn"):
            raise missing("isv.missing-alipay-root-cert-sn")
        if params["app_cert_sn"] != app.identity.sn:
            raise invalid("isv.app-cert-not-exist")
        if params["alipay_root_cert_sn"] != self._apps.authority.bundle_sn:
            raise invalid("isv.invalid-alipay-root-cert-sn")

    def _reply(self, call: Call, app: App | None, node: dict[str, Any], strikes: Strikes) -> Response:
        """Sign and send the node."""
        sub_code = node.get("sub_code", "")
        routed = call.method in self._methods
        if sub_code.startswith("isv.") and self._settings.rejection_node == ERROR_NODE:
            routed = False
        signed = self._settings.sign_unknown_app if app is None else True
        if sub_code == "isv.invalid-signature":
            signed = signed and self._settings.sign_rejections
        if "unsigned" in strikes:
            signed = False
        signer = app.alipay if app else self._apps.platform_identity
        cert_sn = signer.sn if app and app.by_certificate else None
        if "unknown_cert_sn" in strikes and cert_sn:
            cert_sn = self._core.token()
        opaque = call.encrypted and app is not None and not sub_code.startswith("isv.")
        body = sealed(
            answer_node(call.method, routed),
            node,
            call.encoding,
            signer if signed else None,
            cert_sn,
            app.aes_key if opaque and app else None,
            spoil="wrong_signature" in strikes,
        )
        if "unsigned" in strikes and strikes.arg("unsigned", "empty", False):
            body = body[:-1] + b',"sign":""}'
        charset = "utf-8" if call.encoding == "utf-8" else "GBK"
        headers = {"trace_id": self._core.token(28)}
        return Response(body, content_type=f"text/html;charset={charset}", headers=headers)

    def _note(self, traits: Mapping[str, str], strikes: Strikes, answer: str) -> None:
        seen = {name: traits[name] for name in ("platform", "app_id", "method", "out_biz_no")}
        moment = self._core.clock.now().isoformat(timespec="milliseconds")
        self._core.traffic.note(Asked(time=moment, answer=answer, faults=",".join(strikes), **seen))


def _traits(call: Call, app: App | None) -> dict[str, str]:
    """What faults select by and the record shows; biz_content is only looked into, not yet trusted."""
    try:
        content = opened(call, app) if app else {}
    except Refusal:
        content = {}
    payee = content.get("payee_info")
    number = next((content[name] for name in _NUMBERS if content.get(name)), "")
    return {
        "platform": "alipay",
        "app_id": call.params.get("app_id", ""),
        "method": call.method,
        "out_biz_no": str(number),
        "payee": str(payee.get("identity", "")) if isinstance(payee, dict) else "",
    }


_NUMBERS = ("out_biz_no", "out_request_no", "out_trade_no")
"""The merchant's number of a call: of the transfer, the refund or the trade."""
_REQUIRED = (("method", "isv.missing-method"), ("app_id", "isv.missing-app-id"))
_REQUIRED_LATER = (
    ("sign", "isv.missing-signature"),
    ("sign_type", "isv.missing-signature-type"),
    ("timestamp", "isv.missing-timestamp"),
    ("version", "isv.missing-version"),
)


def _system_error() -> Refusal:
    return Refusal("20000", "isp.unknow-error")


def _refused_before(strikes: Strikes) -> None:
    """Refusals that a fault speaks in the method's place."""
    if "system_error_before" in strikes:
        raise _system_error()
    if "sub_code" in strikes:
        code, sub_code = strikes.arg("sub_code", "top", "40004"), strikes.arg("sub_code", "code", "SYSTEM_ERROR")
        raise Refusal(str(code), str(sub_code))
    if "unknown_code" in strikes:
        raise Refusal("40004", str(strikes.arg("unknown_code", "code", "SANDBOX_NEVER_SEEN_BEFORE")))
