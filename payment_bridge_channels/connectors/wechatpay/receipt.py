"""The electronic receipt of a transfer.

Source: WeChat Pay APIv3, ``/v3/fund-app/mch-transfer/elecsign/out-bill-no`` (apply, then ask), file at
``/v3/transferdownload/elecvoucherfile``: signed by us, not by WeChat Pay, proved by its hash; addresses live
10 minutes; only transfers that succeeded have one.
"""

from __future__ import annotations

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes

from odoo.addons.payment_bridge.connector.errors import NotSent, Rejected, Uncertain, Unsupported, Untrusted
from odoo.addons.payment_bridge.connector.types import Bilingual, Operation, OrderReference, Receipt

from .answer import UNCERTAIN_ADVICE, Answer, refusal, text, words
from .client import WechatClient
from .codes import Effect

APPLY = "/v3/fund-app/mch-transfer/elecsign/out-bill-no"
ASK = APPLY + "/{out_bill_no}"
DOWNLOAD = "/v3/transferdownload/elecvoucherfile"
MAX_RECEIPT_BYTES = 16 * 1024 * 1024
PDF_MAGIC = b"%PDF-"
_HASHES: dict[str, type[hashes.HashAlgorithm]] = {"SHA256": hashes.SHA256, "SM3": hashes.SM3}


def receipt(client: WechatClient, reference: OrderReference, handle: str | None) -> Receipt:
    """Apply for the receipt of a transfer, or with ``handle`` (our key) fetch it once it is made."""
    if reference.operation is not Operation.PAY_OUT:
        raise Unsupported("wechatpay: only transfers have electronic receipts")
    if handle is None:
        applied = client.post(APPLY, APPLY, {"out_bill_no": reference.key})
        if not applied.succeeded and applied.effect is not Effect.REFUSED_OR_KNOWN:
            raise refusal(applied, moves_money=False)
        if not applied.succeeded:
            _asked_for_before(client, reference, applied)
        return Receipt(handle=reference.key)
    answer = _ask(client, reference)
    if not answer.succeeded:
        raise refusal(answer, moves_money=False)
    state = text(answer.node, "state")
    if state == "GENERATING":
        return Receipt(handle=handle)
    if state == "FAILED":
        raise Rejected(
            f"WeChat Pay could not make the receipt: {words(answer.node.get('fail_reason')) or 'no reason'}",
            code="FAILED",
            advice=Bilingual("Ask for the receipt again later.", "请稍后重新申请电子回单。"),
            retry_same_key=True,
        )
    if state != "FINISHED":
        raise Uncertain("the answer tells no known state", code="state", advice=UNCERTAIN_ADVICE)
    return Receipt(handle=handle, name=f"wechatpay-receipt-{reference.key}.pdf", content=_file(client, answer))


def _ask(client: WechatClient, reference: OrderReference) -> Answer:
    return client.get(ASK.format(out_bill_no=reference.key), ASK)


def _asked_for_before(client: WechatClient, reference: OrderReference, refused: Answer) -> None:
    """A second application may be refused because of the first: then the receipt is on its way.

    :raises ConnectorError: the refusal, where there was no first.
    """
    if not _ask(client, reference).succeeded:
        raise refusal(refused, moves_money=False)


def _file(client: WechatClient, answer: Answer) -> bytes:
    url, told = text(answer.node, "download_url"), text(answer.node, "hash_value")
    algorithm = _HASHES.get(text(answer.node, "hash_type") or "")
    if url is None or told is None or algorithm is None:
        raise Uncertain("the answer names no download address or no hash", code="body", advice=UNCERTAIN_ADVICE)
    response = client.download(url, DOWNLOAD, MAX_RECEIPT_BYTES)
    if response.status != 200:
        raise NotSent(
            f"the download answered HTTP {response.status} instead of the receipt",
            code="download",
            advice=Bilingual("The receipt is asked for again later.", "系统稍后重新获取电子回单。"),
        )
    if _digest(algorithm, response.body) != told.lower() or not response.body.startswith(PDF_MAGIC):
        raise Untrusted(
            "the receipt is not the one that was promised: its hash differs",
            code="hash",
            advice=Bilingual(
                "The receipt was changed or cut on its way and is not used.", "电子回单在传输中被改动或不完整，已弃用。"
            ),
        )
    return response.body


def _digest(algorithm: type[hashes.HashAlgorithm], content: bytes) -> str:
    try:
        digest = hashes.Hash(algorithm())
    except UnsupportedAlgorithm as error:
        raise Uncertain("this machine cannot compute the receipt's hash", code="hash") from error
    digest.update(content)
    return digest.finalize().hex()
