"""Listening: notifications a second that the real door verifies, keeps and acknowledges, against a bare Odoo route.

Ours is `/payment_bridge/notify/<token>`: look up the channel, verify the platform's signature, decrypt, insert, commit,
answer. The floor is a public route of the same kind in a tiny add-on made for this measurement, which answers the same
word and does nothing else. Both get the same signed messages, made beforehand by the sandbox, from the same number of
client threads in a process of their own, one after the other and in turns, from the same server.
"""

from __future__ import annotations

import http.client
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from faults import stage
from services import OdooServer
from workbench import Workbench

MESSAGES = 400
CLIENTS = 8
ROUNDS = 7
VENDORS = 12  # as bench_dispatch: one database serves both
WORD = "success"
FORM = "application/x-www-form-urlencoded; charset=utf-8"
BARE_ADDON = "bench_bare"
BARE_PATH = "/bench_bare"
BARE_FILES = {
    "__manifest__.py": '{"name": "Bare route", "version": "19.0.1.0.0", "license": "LGPL-3", "depends": ["base"]}\n',
    "__init__.py": f'''
from odoo import http


class Bare(http.Controller):
    @http.route("{BARE_PATH}", type="http", auth="public", methods=["POST"], csrf=False, save_session=False)
    def answer(self, **_parameters):
        return "{WORD}"
''',
}


def make_addon(folder: Path) -> None:
    """Write the add-on with the bare route."""
    addon = folder / BARE_ADDON
    addon.mkdir()
    for name, text in BARE_FILES.items():
        (addon / name).write_text(text)


def signed_messages(made: stage.Stage, round_number: int) -> list[str]:
    """Messages about as many transfers, each with an id of its own, as the platform would send them."""
    app_id = made.platform.get("alipay/apps")[0]["app_id"]

    def sign(number: int) -> str:
        key = f"20260101R{round_number}N{number:06d}"
        params = {
            "notify_id": f"2026010100{round_number:02d}{number:020d}",
            "utc_timestamp": str(int(time.time() * 1000)),
            "msg_method": "alipay.fund.trans.order.changed",
            "app_id": app_id,
            "version": "1.1",
            "charset": "utf-8",
            "biz_content": {
                "out_biz_no": key,
                "order_id": f"2026010111007000000600{number:010d}",
                "pay_fund_order_id": f"2026010111007000150600{number:010d}",
                "status": "SUCCESS",
                "product_code": "TRANS_ACCOUNT_NO_PWD",
                "biz_scene": "DIRECT_TRANSFER",
                "trans_amount": "10.00",
                "pay_date": "2026-01-01 12:00:00",
            },
        }
        return made.platform.post("alipay/sign_notification", app_id=app_id, params=params, encrypt=True)["body"]

    with ThreadPoolExecutor(4) as pool:
        return list(pool.map(sign, range(MESSAGES)))


def send(url: str, bodies: Sequence[bytes]) -> None:
    """Post messages one after the other, on one connection for as long as the server keeps it."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=60)
    for body in bodies:
        connection.request("POST", parts.path, body, {"Content-Type": FORM})
        answer = connection.getresponse()
        text = answer.read().decode()
        if (answer.status, text) != (200, WORD):
            raise SystemExit(f"{url} answered {answer.status}: {text[:200]}")
    connection.close()


def client(url: str, file: str) -> None:
    """The client process: send every message of a file from several threads and print how long it took."""
    bodies = [line.encode() for line in Path(file).read_text().splitlines()]
    started = time.perf_counter()
    with ThreadPoolExecutor(CLIENTS) as pool:
        list(pool.map(lambda share: send(url, share), [bodies[number::CLIENTS] for number in range(CLIENTS)]))
    print(time.perf_counter() - started)


def speed(url: str, file: Path) -> float:
    """Messages a second through one address."""
    command = [sys.executable, __file__, url, str(file)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    return MESSAGES / float(done.stdout)


def rounds(bench: Workbench, made: stage.Stage, server: OdooServer, folder: Path) -> Iterator[tuple[float, float]]:
    """Both speeds of each round; who goes first alternates."""
    with bench.databases.cursor(made.template) as cursor:
        cursor.execute("SELECT notify_token FROM payment_bridge_channel")
        [(token,)] = cursor.fetchall()
    urls = {"ours": f"{server.url}/payment_bridge/notify/{token}", "floor": server.url + BARE_PATH}
    for number in range(-1, ROUNDS):  # the first one warms up
        file = folder / "messages"
        file.write_text("\n".join(signed_messages(made, number + 1)))
        found = {name: speed(urls[name], file) for name in sorted(urls, reverse=bool(number % 2))}
        if number >= 0:
            print(f"round {number + 1}: {found['ours']:.0f} of {found['floor']:.0f} a second", flush=True)
            yield found["ours"], found["floor"]


def kept(bench: Workbench, database: str) -> int:
    """How many messages are in the inbox."""
    with bench.databases.cursor(database) as cursor:
        cursor.execute("SELECT count(*) FROM payment_bridge_notification WHERE state = 'new' AND body IS NOT NULL")
        return cursor.fetchone()[0]


def figures(found: Sequence[tuple[float, float]]) -> dict[str, Any]:
    """The object that the command expects as the last line."""
    ours, floor = (statistics.median(speeds) for speeds in zip(*found, strict=True))
    return {
        "name": "notify",
        "ours": round(ours, 1),
        "floor": round(floor, 1),
        "unit": "notifications/s",
        "ratio": round(ours / floor, 3),
        "ratios": [round(one / bare, 3) for one, bare in found],
        "target": 0.5,
        "how": (
            f"medians of {ROUNDS} interleaved rounds of {MESSAGES} signed and encrypted Alipay messages from {CLIENTS}"
            " client threads to one threaded Odoo server; ours: verify, decrypt, insert, commit, acknowledge; floor:"
            " a public route that answers the same word and does nothing"
        ),
        "clients": CLIENTS,
        "messages": MESSAGES,
    }


def main() -> None:
    bench = Workbench.from_environment()
    environment = bench.environment()
    os.environ.update(environment)
    template = stage.company_template(bench, os.environ["PB_TEMPLATE_DB"], "bench", VENDORS)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        make_addon(folder)
        with stage.set_up(bench, template, folder, relayed=False) as made:
            server = OdooServer(
                made.template,
                log_folder=folder,
                port=made.odoo_port,
                config=Path(environment["ODOO_RC"]),
                environment=environment,
                arguments=(
                    f"--addons-path={bench.settings.addons_path},{folder}",
                    f"--init={BARE_ADDON}",
                    "--log-level=warn",
                ),
                ready_path="/web/login",
            )
            with server:
                found = list(rounds(bench, made, server, folder))
            expected = MESSAGES * (ROUNDS + 1)
            assert kept(bench, made.template) == expected, "a message was acknowledged that was not kept"
    print(json.dumps(figures(found)))


if __name__ == "__main__":
    if len(sys.argv) > 1:
        client(*sys.argv[1:])
    else:
        main()
