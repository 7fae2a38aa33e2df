"""Bills for connector tests, laid out from the published widths and by nothing else."""

import base64
import io
import zipfile
import zlib

from unionpay_world import MER_ID

ZM_WIDTHS = [3, 11, 11, 6, 10, 19, 12, 4, 2, 21, 2, 32, 2, 6, 10, 13, 13, 4, 15, 2, 2, 6, 2, 4, 32, 1, 21, 15, 1, 15]
ZM_WIDTHS += [32, 13, 13, 8, 32, 13, 13, 12, 2, 1, 32, 98]
ZME_WIDTHS = [3, 11, 11, 6, 10, 19, 12, 4, 2, 2, 6, 10, 4, 12, 13, 13, 15, 15, 1, 12, 2, 135]
ZM_NAME = f"INN26011500ZM_{MER_ID}"
ZME_NAME = f"INN26011500ZME_{MER_ID}"


def row(widths: list[int], cells: dict[int, str]) -> bytes:
    """Fields by their number from 1, padded with spaces, one space between."""
    padded = [cells.get(number, "").encode("gbk").ljust(width) for number, width in enumerate(widths, 1)]
    assert all(len(cell) == width for cell, width in zip(padded, widths, strict=True))
    return b" ".join(padded)


def zm(**change: str) -> bytes:
    """A purchase of 100.00 with a fee of 0.60; fields by ``f<number>``."""
    cells = {
        1: "S22",
        2: "48020000",
        3: "00010000",
        4: "100231",
        5: "0115093012",
        6: "621226******1234",
        7: "000000010000",
        8: "5311",
        9: "08",
        10: "202601150930121002318",
        12: "SO20260115000001",
        13: "01",
        16: "D000000000060",
        17: "C000000009940",
        18: "0001",
        20: "01",
        21: "01",
        22: "000201",
        23: "01",
        26: "0",
        28: MER_ID,
        32: "C000000000000",
        33: "C000000000000",
        36: "C000000000000",
        37: "C000000000000",
        **{int(name[1:]): value for name, value in change.items()},
    }
    return row(ZM_WIDTHS, cells)


def refund(**change: str) -> bytes:
    """A refund of 30.00 with 0.18 of the fee given back."""
    return zm(
        **{
            "f1": "S30",
            "f4": "100455",
            "f5": "0115141555",
            "f7": "000000003000",
            "f10": "202601151415551004558",
            "f12": "RF20260115000007",
            "f16": "C000000000018",
            "f17": "D000000002982",
            "f20": "04",
            "f21": "00",
            "f27": "202601150930121002318",
            "f41": "SO20260115000001",
            **change,
        }
    )


def paid_out(**change: str) -> bytes:
    """A pay-out of 2500.00 with a fee of 1.00; the code is a placeholder, since it is not published."""
    return zm(
        **{
            "f1": "S56",
            "f4": "100812",
            "f5": "0115160007",
            "f6": "622848******7788",
            "f7": "000000250000",
            "f10": "202601151600071008128",
            "f12": "PO20260115000031",
            "f16": "D000000000100",
            "f17": "D000000250100",
            "f20": "12",
            "f21": "00",
            "f22": "000401",
            **change,
        }
    )


def zme(**change: str) -> bytes:
    """A credit of 2500.00 that names an earlier trace."""
    cells = {
        1: "E74",
        3: "00010000",
        4: "200001",
        5: "0115101010",
        6: "622848******7788",
        7: "000000250000",
        11: "100812",
        12: "0112160007",
        13: "0112",
        14: "000000250000",
        15: "C000000000000",
        16: "C000000250000",
        18: MER_ID,
        20: "000000000000",
        **{int(name[1:]): value for name, value in change.items()},
    }
    return row(ZME_WIDTHS, cells)


def lines(*rows: bytes) -> bytes:
    return b"".join(one + b"\r\n" for one in rows)


def archive(files: dict[str, bytes]) -> bytes:
    """A ZIP as UnionPay packs it."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in files.items():
            made.writestr(name, content)
    return held.getvalue()


def content(raw: bytes) -> str:
    """``fileContent``."""
    return base64.b64encode(zlib.compress(raw)).decode()
