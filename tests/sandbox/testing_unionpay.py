"""A small UnionPay client for the sandbox's own tests, written from the reference with `cryptography` alone.

It shares no line with the platform's side. A pytest plugin beside `sandbox.testing`, which has sandbox and inbox.
PYTEST_DONT_REWRITE: test modules import names from here before pytest does.
"""

from __future__ import annotations

import base64
import hashlib
import io
import zipfile
import zlib
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
import requests
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.serialization.pkcs12 import load_pkcs12

from .server import Sandbox

CARD = "6222021234567890"
NAME = "某某纸业有限公司"
PATIENCE = 10
CHINA = timezone(timedelta(hours=8))


def china_stamp(shift_seconds: float = 0) -> str:
    """Now in China, as txnTime says it."""
    return (datetime.now(CHINA) + timedelta(seconds=shift_seconds)).strftime("%Y%m%d%H%M%S")


def to_sign(fields: dict[str, str]) -> str:
    pairs = sorted((name, value) for name, value in fields.items() if value != "" and name != "signature")
    return "&".join(f"{name}={value}" for name, value in pairs)


def sm3(data: bytes) -> str:
    digest = hashes.Hash(hashes.SM3())
    digest.update(data)
    return digest.finalize().hex()


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def parsed(text: str) -> dict[str, str]:
    """An answer's fields: `&` inside braces or brackets belongs to the value."""
    fields: dict[str, str] = {}
    depth, start = 0, 0
    for at, char in enumerate(text + "&"):
        if char in "{[":
            depth += 1
        elif char in "}]":
            depth -= 1
        elif char == "&" and depth == 0:
            name, _, value = text[start:at].partition("=")
            fields[name] = value
            start = at + 1
    return fields


class Shop:
    """A merchant with his keys: signs, posts, reads and believes only what verifies."""

    def __init__(self, sandbox: Sandbox, **spec: Any) -> None:
        self.sandbox = sandbox
        self.made = sandbox.admin.post("unionpay/merchants", **{"opening_balance": "1000.00", **spec})
        self.mer_id = self.made["mer_id"]
        self.method = self.made["sign_method"]
        store = load_pkcs12(base64.b64decode(self.made["pfx"]), self.made["pfx_password"].encode())
        self.key: Any = store.key
        self.cert_id = str(store.cert.certificate.serial_number) if store.cert else ""
        self.times: dict[str, str] = {}

    def fields(self, kind: str, biz_type: str = "000000", **more: str) -> dict[str, str]:
        """The common fields of a request; `kind` is "txnType/txnSubType"; an empty value takes a field out."""
        txn_type, sub_type = kind.split("/")
        made = {
            "version": "5.1.0",
            "encoding": "UTF-8",
            "signMethod": self.method,
            "txnType": txn_type,
            "txnSubType": sub_type,
            "bizType": biz_type,
            "channelType": "07",
            "accessType": "0",
            "merId": self.mer_id,
            "txnTime": china_stamp(),
            **more,
        }
        if made.get("txnAmt"):
            made.setdefault("currencyCode", "156")
        return {name: value for name, value in made.items() if value != ""}

    def signed(self, fields: dict[str, str]) -> dict[str, str]:
        """The fields with certId and signature."""
        if self.method == "01":
            fields = {**fields, "certId": fields.get("certId", self.cert_id)}
            text = sha256(to_sign(fields).encode()).encode()
            return {**fields, "signature": base64.b64encode(self.key.sign(text, PKCS1v15(), hashes.SHA256())).decode()}
        return {**fields, "signature": self._shared(to_sign(fields))}

    def post(self, path: str, fields: dict[str, str]) -> requests.Response:
        """Post signed fields as they are."""
        url = self.made["file_url"] if path == "file" else self.made["gateway_url"] + path
        return requests.post(url, data=fields, timeout=PATIENCE)

    def call(self, path: str, fields: dict[str, str]) -> dict[str, str]:
        """Sign, post, verify and read."""
        response = self.post(path, self.signed(fields))
        assert response.status_code == 200
        answer = parsed(response.content.decode())
        assert self.believes(answer), answer
        return answer

    def believes(self, answer: dict[str, str]) -> bool:
        """Whether UnionPay said this: certificate chain, validity, name, and the signature over everything."""
        if not answer.get("signature"):
            return False
        if self.method != "01":
            return answer["signature"] == self._shared(to_sign(answer))
        certificate = x509.load_pem_x509_certificate(answer["signPubKeyCert"].encode())
        middle = x509.load_pem_x509_certificate(self.made["middle_cert"].encode())
        root = x509.load_pem_x509_certificate(self.made["root_cert"].encode())
        now = datetime.now(CHINA)
        common_name = certificate.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)[0].value
        key: Any = certificate.public_key()
        try:
            certificate.verify_directly_issued_by(middle)
            middle.verify_directly_issued_by(root)
            text = sha256(to_sign(answer).encode()).encode()
            key.verify(base64.b64decode(answer["signature"]), text, PKCS1v15(), hashes.SHA256())
        except (InvalidSignature, ValueError):
            return False
        in_time = certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc
        return in_time and str(common_name).split("@")[2] in ("00040000:SIGN", "中国银联股份有限公司")

    def _shared(self, text: str) -> str:
        hashed = sha256 if self.method == "11" else sm3
        return hashed(f"{text}&{hashed(self.made['secure_key'].encode())}".encode())

    def encrypted(self, text: str) -> str:
        """A value under UnionPay's encryption certificate."""
        key: Any = x509.load_pem_x509_certificate(self.made["encrypt_cert"].encode()).public_key()
        return base64.b64encode(key.encrypt(text.encode(), PKCS1v15())).decode()

    # What a merchant does

    def payout_fields(self, order_id: str, amount: int = 1000, account: str = CARD, **more: str) -> dict[str, str]:
        customer = base64.b64encode(("{customerNm=" + more.pop("name", NAME) + "}").encode()).decode()
        fields = {"orderId": order_id, "txnAmt": str(amount), "accType": "01", "accNo": account}
        made = self.fields("12/00", "000401", **{**fields, "customerInfo": customer, **more})
        self.times[order_id] = made.get("txnTime", "")
        return made

    def pay(self, order_id: str, amount: int = 1000, account: str = CARD, **more: str) -> dict[str, str]:
        return self.call("backTransReq.do", self.payout_fields(order_id, amount, account, **more))

    def query(self, order_id: str, txn_time: str = "") -> dict[str, str]:
        time = txn_time or self.times.get(order_id) or china_stamp()
        return self.call("queryTrans.do", self.fields("00/00", orderId=order_id, txnTime=time))

    def trade(self, kind: str, order_id: str, amount: int = 1000, **more: str) -> dict[str, str]:
        """A collection or refund at backTransReq.do."""
        made = self.fields(kind, **{"channelType": "08", "orderId": order_id, "txnAmt": str(amount), **more})
        if kind != "99/01":
            self.times[order_id] = made["txnTime"]
        return self.call("backTransReq.do", made)

    def sell(self, order_id: str, amount: int = 1000, **more: str) -> str:
        """A QR collection that is paid; gives its queryId."""
        code = self.trade("01/07", order_id, amount, **more)["qrCode"]
        return self.sandbox.admin.post("persons/pay", content=code)["query_id"]

    def download(self, settle_date: str) -> dict[str, str]:
        return self.call("file", self.fields("76/01", settleDate=settle_date, fileType="00", channelType=""))

    def file(self, settle_date: str) -> dict[str, list[bytes]]:
        """The lines of the files of a day by the middle of their names, ZM and ZME."""
        answer = self.download(settle_date)
        assert answer["respCode"] == "00", answer
        archive = zipfile.ZipFile(io.BytesIO(zlib.decompress(base64.b64decode(answer["fileContent"]))))
        found = {}
        for name in archive.namelist():
            head, mer_id = name.split("_")
            assert (head[:3], mer_id) == ("INN", self.mer_id)
            text = archive.read(name)
            assert text == b"" or text.endswith(b"\r\n")
            found[head[11:]] = text.split(b"\r\n")[:-1]
        return found

    def paid(self, order_id: str) -> tuple[int, str]:
        """How often and how much the platform's books say was paid."""
        found = self.sandbox.admin.get("unionpay/transfers", mer_id=self.mer_id, order_id=order_id)["totals"]
        return found["executed_count"], found["executed_sum"]

    def ledger(self) -> dict[str, Any]:
        return self.sandbox.admin.get("unionpay/ledger", mer_id=self.mer_id)

    def balance(self) -> str:
        return self.sandbox.admin.get(f"unionpay/balances/{self.mer_id}")["balance"]

    def fault(self, kind: str, **more: Any) -> dict[str, Any]:
        return self.sandbox.admin.post("faults", kind=kind, app_id=self.mer_id, **more)


@pytest.fixture
def shop(sandbox: Sandbox) -> Shop:
    return Shop(sandbox)
