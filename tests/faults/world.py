"""One company's Odoo and its platform: started, killed, looked into, and compared with each other."""

from __future__ import annotations

import hashlib
import json
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg2
import pytest

from rpc import Person, RpcError
from services import OdooServer

from . import company
from .stage import Stage

PASSWORD = "demo"  # demo_data.PASSWORD; reading it there would import Odoo
CLERK, SECOND_CLERK, ADMINISTRATOR = "english", "clerk", "channels"
TRANSFER = "alipay.fund.trans.uni.transfer"
QUERY = "alipay.fund.trans.common.query"
PATIENCE = 60.0
POLL = 0.02
PRESS_EVERY = 1.0
ENDS = {
    company.PLAIN: ("succeeded", "paid"),
    company.REFUSED: ("failed", "not_paid"),
    company.FAILS_LATE: ("failed", "not_paid"),
    company.RETURNED: ("returned", "not_paid"),
}


@dataclass(frozen=True)
class Bill:
    """An open bill and what the platform does with payments to its vendor."""

    id: int
    number: str
    vendor: str
    amount: Decimal
    story: str

    @property
    def end(self) -> tuple[str, str]:
        """State of its payment and of the bill when everything has happened."""
        return ENDS[self.story]


@dataclass(frozen=True)
class Instruction:
    """A row of the outbox."""

    id: int
    key: str
    state: str
    amount: Decimal
    payment_id: int
    send_count: int


def _exact(cell: Any) -> Any:
    """A cell of the database; where Odoo has been imported, the driver makes a float of a numeric."""
    return Decimal(str(cell)) if isinstance(cell, float) else cell


class World:
    """A database, its Odoo servers, its people, and the platform that they pay through."""

    def __init__(self, stage: Stage, database: str, logs: Path) -> None:
        self.stage = stage
        self.database = database
        self.platform = stage.platform
        self.relay = stage.relay
        self._logs = logs
        self._servers: list[OdooServer] = []
        self._people: dict[tuple[str, int], Person] = {}
        self._quiet_platform()
        self._foreign = {order["out_biz_no"] for order in self._all_orders()}

    def _quiet_platform(self) -> None:
        """No faults, no latency, short dealings, a whole line: whatever the last test left behind."""
        self.relay.mend()
        self.relay.flow()
        self.relay.lose()
        self.platform.delete("faults")
        self.platform.post("settings", latency_ms=0, notification_delay_ms=100, notification_first_gap_seconds=0.5)
        self.app_id = self.platform.get("alipay/apps")[0]["app_id"]
        self.platform.patch(f"alipay/apps/{self.app_id}", bank_dealing_ms=300)
        self.platform.delete("requests")

    def close(self) -> None:
        """End every server, and the messages that nobody will take any more."""
        for server in self._servers:
            server.kill()
        self._quiet_platform()

    # processes

    def start(self, *, cron_threads: int = 2) -> OdooServer:
        """Start Odoo at the address that the platform knows, with scheduled actions unless `cron_threads` is 0."""
        return self._start(self.stage.odoo_port, cron_threads)

    def start_second(self) -> OdooServer:
        """Start another server on the same database."""
        return self._start(None, 2)

    def _start(self, port: int | None, cron_threads: int) -> OdooServer:
        environment = self.stage.bench.environment()
        server = OdooServer(
            self.database,
            log_folder=self._logs,
            port=port,
            cron_threads=cron_threads,
            config=Path(environment["ODOO_RC"]),
            environment=environment,
        )
        self._servers.append(server)
        server.start()
        self.eventually(lambda: self._listeners(server) == cron_threads, "the scheduler listens")
        return server

    def _listeners(self, server: OdooServer) -> int:
        """How many threads of a server wait to be told that a scheduled action is due."""
        return self._rows(
            """SELECT count(*) FROM pg_stat_activity
                WHERE datname = 'postgres' AND application_name = %s AND query = 'COMMIT'""",
            f"odoo-{server.pid}",
        )[0][0]

    def kill(self) -> None:
        """SIGKILL to every process of every server."""
        for server in self._servers:
            server.kill()
        self._servers.clear()

    @property
    def running(self) -> bool:
        return bool(self._servers)

    def forget(self, server: OdooServer) -> None:
        """A server that was killed for good."""
        self._servers.remove(server)

    # people

    def person(self, login: str = CLERK, server: OdooServer | None = None) -> Person:
        """Somebody logged in, at the first server unless another is given."""
        server = server or self._servers[0]
        known = self._people.get((login, server.port))
        if known is None:
            known = self._people[login, server.port] = Person(server, self.database, login, PASSWORD)
        return known

    def open_wizard(self, bills: Sequence[Bill], person: Person | None = None) -> int:
        """Open Odoo's own register-payment wizard on bills, with the channel chosen; answers its id."""
        person = person or self.person()
        channel = person.search_read("payment.bridge.channel", [], ["journal_id"], limit=1)[0]
        [line] = person.search(
            "account.payment.method.line",
            [
                ("journal_id", "=", channel["journal_id"][0]),
                ("payment_method_id.code", "=", "payment_bridge"),
                ("payment_type", "=", "outbound"),
            ],
        )
        return person.call(
            "account.payment.register",
            "create",
            {"journal_id": channel["journal_id"][0], "payment_method_line_id": line, "group_payment": False},
            context={"active_model": "account.move", "active_ids": [bill.id for bill in bills]},
        )

    def confirm(self, wizard: int, person: Person | None = None) -> None:
        """Press the wizard's button."""
        (person or self.person()).call("account.payment.register", "action_create_payments", [wizard])

    def pay(self, bills: Sequence[Bill], person: Person | None = None) -> None:
        """Open the wizard on bills and confirm it."""
        self.confirm(self.open_wizard(bills, person), person)

    def press_buttons(self, person: Person | None = None) -> None:
        """Press what makes things happen sooner, as an impatient clerk does, instead of waiting for minutes."""
        person = person or self.person()
        waiting = [one.payment_id for one in self.instructions() if one.state == "queued"]
        if waiting:
            with suppress(RpcError):  # it moved on meanwhile, and the button is gone
                self.press("account.payment", "action_bridge_send_now", waiting, person)
        self.ask(person)
        self.wake(person)

    def ask(self, person: Person | None = None) -> None:
        """Press the button that asks the platform for the results that are not known yet."""
        unknown = [one.payment_id for one in self.instructions() if one.state in ("uncertain", "processing")]
        if unknown:
            with suppress(RpcError):  # the result came meanwhile, and the button is gone
                self.press("account.payment", "action_bridge_query", unknown, person)

    def wake(self, person: Person | None = None) -> None:
        """Let the scheduled actions that are due run now: any button that starts one of them does it."""
        self.press("payment.bridge.channel", "action_read_balance", [self.channel_id], person)

    def press(self, model: str, button: str, ids: Sequence[int], person: Person | None = None) -> None:
        """Press a button of a form."""
        with suppress(KeyError):  # rpc.Person misses the result of a button that answers nothing
            (person or self.person()).call(model, button, list(ids))

    # what Odoo knows

    @contextmanager
    def cursor(self) -> Iterator[Any]:
        """A look into the database from outside Odoo; each statement commits by itself."""
        with self.stage.bench.databases.cursor(self.database) as cursor:
            yield cursor

    @contextmanager
    def holding(self, statement: str) -> Iterator[Callable[[], bool]]:
        """Take locks by a statement until the block ends; yields what tells whether somebody waits for them."""
        dsn = {"dbname": self.database, **self._connection()}
        with closing(psycopg2.connect(**dsn)) as connection, connection.cursor() as cursor:
            cursor.execute(statement)
            holder = connection.info.backend_pid
            yield lambda: bool(
                self._rows("SELECT pid FROM pg_stat_activity WHERE %s = ANY(pg_blocking_pids(pid))", holder)
            )
            connection.rollback()

    def _connection(self) -> dict[str, str]:
        names = {"PGHOST": "host", "PGPORT": "port", "PGUSER": "user", "PGPASSWORD": "password"}
        return {names[name]: value for name, value in self.stage.bench.postgres.connection.items()}

    def _rows(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        with self.cursor() as cursor:
            cursor.execute(statement, values)
            return [tuple(map(_exact, row)) for row in cursor.fetchall()]

    def busy(self) -> bool:
        """Whether the database still works for somebody who may be dead: it notices that between two statements."""
        others = "datname = %s AND pid <> pg_backend_pid() AND state <> 'idle'"
        return bool(self._rows(f"SELECT pid FROM pg_stat_activity WHERE {others}", self.database))

    def hang_up(self) -> None:
        """Close every connection to the database, as a database server that fails over does."""
        others = "datname = %s AND pid <> pg_backend_pid()"
        self._rows(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {others}", self.database)

    @property
    def channel_id(self) -> int:
        return self._rows("SELECT min(id) FROM payment_bridge_channel")[0][0]

    def bills(self, *stories: str, count: int | None = None) -> list[Bill]:
        """Open bills, oldest first: those of the stories asked for, or all; at most `count`."""
        rows = self._rows(
            """SELECT m.id, m.name, p.name, m.amount_total FROM account_move m JOIN res_partner p ON p.id = m.partner_id
                WHERE m.move_type = 'in_invoice' AND m.state = 'posted' ORDER BY m.id"""
        )
        found = [Bill(*row, company.story_of(row[2])) for row in rows]
        wanted = [bill for bill in found if not stories or bill.story in stories]
        return wanted[:count]

    def mixture(self) -> list[Bill]:
        """Bills whose payments end in every way there is: paid at once, later, refused, failed, returned."""
        plain = self.bills(company.PLAIN)
        return plain[:3] + plain[-2:] + self.bills(company.REFUSED, company.FAILS_LATE, company.RETURNED)

    def bank_bills(self) -> list[Bill]:
        """Bills of vendors with a bank account, whose payments the platform accepts first and ends later."""
        return self.bills(company.PLAIN)[-2:] + self.bills(company.FAILS_LATE)

    def messages(self) -> list[str]:
        """What became of the messages in the inbox, oldest first."""
        return [row[0] for row in self._rows("SELECT state FROM payment_bridge_notification ORDER BY id")]

    def inbox_triggers(self) -> int:
        """How often the inbox's scheduled action has been asked to run and has not yet finished a run since."""
        return self._rows(
            """SELECT count(*) FROM ir_cron_trigger one JOIN ir_model_data name ON name.res_id = one.cron_id
                WHERE name.module = 'payment_bridge' AND name.name = 'cron_notifications'"""
        )[0][0]

    def repeats(self) -> int:
        """How many messages came more than once."""
        return self._rows("SELECT count(*) FROM payment_bridge_notification WHERE times_received > 1")[0][0]

    def circuit_open(self) -> bool:
        """Whether the channel has stopped sending because the platform does not answer."""
        return bool(
            self._rows(
                "SELECT id FROM payment_bridge_channel_health WHERE circuit_open_until > now() AT TIME ZONE 'UTC'"
            )
        )

    def instructions(self) -> list[Instruction]:
        """Every instruction, oldest first."""
        rows = self._rows(
            "SELECT id, key, state, amount, payment_id, send_count FROM payment_bridge_instruction ORDER BY id"
        )
        return [Instruction(*row) for row in rows]

    def states(self) -> list[str]:
        """The instructions' states, oldest first."""
        return [one.state for one in self.instructions()]

    def all_in(self, *states: str, count: int) -> bool:
        """Whether there are `count` instructions, each in one of the states."""
        found = self.states()
        return len(found) == count and set(found) <= set(states)

    def ends(self, bills: Iterable[Bill]) -> dict[int, tuple[str | None, str]]:
        """By bill: the state of its newest instruction, and its own payment state."""
        rows = self._rows(
            """SELECT DISTINCT ON (m.id) m.id, i.state, m.payment_state
                 FROM account_move m
            LEFT JOIN payment_bridge_reservation r ON r.bill_id = m.id
            LEFT JOIN payment_bridge_instruction i ON i.payment_id = r.payment_id
                WHERE m.id = ANY(%s) ORDER BY m.id, i.id DESC NULLS LAST""",
            [bill.id for bill in bills],
        )
        return {number: (state, payment_state) for number, state, payment_state in rows}

    # what the platform knows

    def _all_orders(self) -> list[dict[str, Any]]:
        return self.platform.get("alipay/transfers")["transfers"]

    def orders(self) -> dict[str, dict[str, Any]]:
        """The orders that the platform carried out since this world began, by our number."""
        return {order["out_biz_no"]: order for order in self._all_orders() if order["out_biz_no"] not in self._foreign}

    def executed(self) -> int:
        """How many orders the platform's ledger shows as carried out since this world began."""
        return sum(order["executed_count"] for order in self.orders().values())

    def asked(self, method: str = TRANSFER) -> int:
        """How many requests of a kind the platform has answered, or would have, since this world began."""
        return self.platform.get("requests")["methods"].get("alipay", {}).get(method, 0)

    def fault(self, kind: str, *, on: str = "gateway", times: int | None = None, **arguments: Any) -> int:
        """Register a fault at the platform, for ever unless `times` is given; answers its number."""
        return self.platform.post("faults", kind=kind, on=on, times=times, **arguments)["id"]

    def struck(self, fault: int) -> int:
        """How often a fault has struck so far."""
        return next(one["struck"] for one in self.platform.get("faults") if one["id"] == fault)

    def _messages_sent(self) -> list[dict[str, Any]]:
        """What the platform tells, or told, about this world's orders."""
        keys = {one.key for one in self.instructions()}
        return [one for one in self.platform.get("notifications") if one["out_biz_no"] in keys]

    def deliveries(self) -> int:
        """How often the platform has tried to tell something about this world's orders."""
        return sum(len(one["deliveries"]) for one in self._messages_sent())

    # the end

    def settle(self, bills: Sequence[Bill], seconds: float = PATIENCE) -> None:
        """Press buttons until every bill has come to its end, then compare Odoo with the platform."""
        wanted = {bill.id: bill.end for bill in bills}
        self.pressing(lambda: self.ends(bills) == wanted, "every bill comes to its end", seconds)
        self.assert_in_order(bills)

    def pressing(
        self,
        true: Callable[[], bool],
        what: str,
        seconds: float = PATIENCE,
        press: Callable[[], None] | None = None,
    ) -> None:
        """Wait until `true()` holds, pressing buttons every second: all of them unless `press` says which."""
        press = press or self.press_buttons
        next_press = time.monotonic()

        def come_true() -> bool:
            nonlocal next_press
            if true():
                return True
            if time.monotonic() >= next_press:
                press()
                next_press = time.monotonic() + PRESS_EVERY
            return False

        self.eventually(come_true, what, seconds)

    def eventually(self, true: Callable[[], Any], what: str, seconds: float = PATIENCE) -> Any:
        """Wait until `true()` holds and return what it gave; `what` says what never happened."""
        deadline = time.monotonic() + seconds
        while not (value := true()):
            if time.monotonic() > deadline:
                pytest.fail(f"within {seconds:.0f} s it never happened: {what}\n{self.instructions()}\n{self.log()}")
            time.sleep(POLL)
        return value

    def log(self) -> str:
        """The end of the servers' logs."""
        return "\n".join(server.log_tail() for server in self._servers)

    def assert_in_order(self, bills: Sequence[Bill]) -> None:
        """Odoo, its books, its bills and its trail agree with the platform's ledger to the cent."""
        self._assert_paid_once()
        self._assert_bills(bills)
        self._assert_every_message_kept()
        self._assert_no_alarm()
        self._assert_trail()

    def _assert_paid_once(self) -> None:
        """Each order at most once, and what Odoo calls paid is what the platform has paid."""
        orders, rows = self.orders(), self.instructions()
        assert {key: order["executed_count"] for key, order in orders.items() if order["executed_count"] != 1} == {}
        assert set(orders) <= {one.key for one in rows}, "the platform has orders that Odoo never placed"
        kept = {key for key, order in orders.items() if order["executed_count"] > order["returned_count"]}
        assert {one.key for one in rows if one.state == "succeeded"} == kept
        paid = sum((Decimal(orders[key]["amount"]) for key in kept), Decimal(0))
        assert sum((one.amount for one in rows if one.state == "succeeded"), Decimal(0)) == paid
        [(booked,)] = self._rows(
            """SELECT COALESCE(sum(line.balance), 0) FROM account_move_line line
                 JOIN account_payment_method_line way ON way.payment_account_id = line.account_id
                WHERE line.parent_state = 'posted'"""
        )
        assert -booked == paid, "the books show another amount on its way than the platform has paid"

    def _assert_bills(self, bills: Sequence[Bill]) -> None:
        """Each bill reads as its vendor's story ends, to everybody who opens it."""
        read = self.person().search_read(
            "account.move",
            [("id", "in", [bill.id for bill in bills])],
            ["payment_state", "amount_residual", "bridge_state"],
        )
        found = {one["id"]: (one["bridge_state"], one["payment_state"]) for one in read}
        assert found == {bill.id: bill.end for bill in bills}
        open_amounts = {one["id"]: Decimal(str(one["amount_residual"])) for one in read}
        assert open_amounts == {bill.id: 0 if bill.end[1] == "paid" else bill.amount for bill in bills}
        assert self._rows("SELECT id FROM account_move_line WHERE bridge_held <> 0") == []

    def _assert_every_message_kept(self) -> None:
        """Whatever the platform told about these orders was taken, and understood."""
        self.eventually(
            lambda: all(one["state"] != "waiting" for one in self._messages_sent()),
            "every message of the platform is acknowledged",
        )
        self.pressing(
            lambda: not self._rows("SELECT id FROM payment_bridge_notification WHERE state = 'new'"),
            "every message is processed",
        )

    def _assert_no_alarm(self) -> None:
        """Nothing was raised for a person to explain: what happened was within the rules."""
        raised = self._rows("SELECT kind, summary FROM payment_bridge_discrepancy WHERE state = 'open'")
        assert raised == [], raised

    def _assert_trail(self) -> None:
        """The audit chain is whole, each instruction's events follow on each other, and nothing was sent a second
        time before the platform had said that it does not know it."""
        chains: dict[int, list[tuple[int, str, str, str]]] = {}

        def sealed() -> bool:
            """Of what is read at one moment: an event may be written between two looks."""
            chains.clear()
            for company_id, *link in self._rows(
                """SELECT company_id, position, previous_hash, hash, content FROM payment_bridge_audit_event
                    ORDER BY company_id, position"""
            ):
                chains.setdefault(company_id, []).append(tuple(link))
            return all(link[0] is not None for links in chains.values() for link in links)

        self.pressing(sealed, "every event is sealed")
        for links in chains.values():
            assert_chain(links)
        lives: dict[str, str] = {}
        repeats = Counter[str]()
        for (content,) in self._rows(
            "SELECT content FROM payment_bridge_audit_event WHERE event LIKE 'instruction.%%' ORDER BY id"
        ):
            event = json.loads(content)
            details, state = event["details"], event["event"].partition(".")[2]
            assert details.get("previous") == lives.get(details["key"]), f"a gap in the life of {details['key']}"
            lives[details["key"]] = state
            if state == "queued" and details.get("previous"):
                assert details["source"] in ("query", "answer"), f"{details['key']} was sent again unasked"
                repeats[details["key"]] += details["source"] == "query"
        assert lives == {one.key: one.state for one in self.instructions()}
        assert repeats <= self._unknown(), "an order was sent again that the platform may have had"

    def _unknown(self) -> Counter[str]:
        """How often the platform has said of an order that it does not know it."""
        asked = self.platform.get("requests")["last"]
        return Counter(one["out_biz_no"] for one in asked if one["answer"] == "ORDER_NOT_EXIST")


def assert_chain(links: Iterable[tuple[int, str, str, str]]) -> None:
    """Recompute a company's audit chain as an auditor without Odoo would."""
    previous = "0" * 64
    for expected, (position, stored_previous, stored, content) in enumerate(links, 1):
        assert (position, stored_previous) == (expected, previous), f"the audit chain is broken at {expected}"
        previous = hashlib.sha256(f"\0{previous} {expected} {content}\n".encode()).hexdigest()
        assert stored == previous, f"the audit chain is broken at {expected}"
