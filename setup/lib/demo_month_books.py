"""The books' side of the demo's month: orders with their payments, as if they had been made here on their days.

One payment of each kind is made and posted by Odoo; the others are copies of it in the database, with their own amount,
day and number. Seven hundred payments take a second so, and half a minute otherwise.
"""

import json
from collections.abc import Sequence
from itertools import groupby
from zoneinfo import ZoneInfo

from demo_month_rows import Account, Order

BEIJING, UTC = ZoneInfo("Asia/Shanghai"), ZoneInfo("UTC")
INSTRUCTION = "payment.bridge.instruction"
OUTBOUND = ("pay_out", "refund")
SCALED = ("amount", "debit", "credit", "balance", "price_")
"""What columns of money are called: the payment that is copied is over one unit of money."""
COPY = """
    CREATE TEMP TABLE month_copy ON COMMIT DROP AS
    SELECT c.*, nextval('account_move_id_seq')::integer AS new_move,
           nextval('account_payment_id_seq')::integer AS new_payment
      FROM jsonb_to_recordset(%s) AS c(
           payment integer, move integer, amount numeric, day date, key varchar, instruction integer, number integer)
"""
OWN = {
    "account_move": {
        "id": "c.new_move",
        "name": "t.sequence_prefix || lpad((t.sequence_number + c.number)::text, 5, '0')",
        "sequence_number": "t.sequence_number + c.number",
        "date": "c.day",
        "ref": "c.key",
        "origin_payment_id": "c.new_payment",
    },
    "account_payment": {
        "id": "c.new_payment",
        "name": "t.name || '-' || c.number",
        "date": "c.day",
        "memo": "c.key",
        "move_id": "c.new_move",
        "bridge_instruction_id": "c.instruction",
    },
    "account_move_line": {
        "id": "nextval('account_move_line_id_seq')",
        "move_id": "c.new_move",
        "move_name": "t.move_name || '-' || c.number",
        "name": "c.key",
        "ref": "c.key",
        "date": "c.day",
        "date_maturity": "c.day",
        "payment_id": "CASE WHEN t.payment_id IS NOT NULL THEN c.new_payment END",
    },
}
"""The columns of a copy ``c`` of a row ``t`` that are its own."""
OF = {
    "account_move": "t.id = c.move",
    "account_payment": "t.id = c.payment",
    "account_move_line": "t.move_id = c.move",
}


def fill(channel, account: Account, partners, bank_of) -> dict[str, object]:
    """Make the orders of an account with their posted payments. ``partners`` has a buyer and a vendor, ``bank_of``
    gives the account to which one of them is paid. Answers the instructions by their number."""
    env, orders = channel.env, sorted(account.orders, key=lambda order: order.at)
    instructions = {}
    for given_back in (False, True):  # what is given back is there first
        chosen = [order for order in orders if bool(order.original) is given_back]
        made = env[INSTRUCTION].create(
            [_instruction(channel, order, partners, bank_of, instructions) for order in chosen]
        )
        instructions |= dict(zip((order.key for order in chosen), made, strict=True))
    own = [order for order in orders if order.currency in ("", channel.currency_id.name)]
    copies = []
    for operation in ("collect", *OUTBOUND):
        chosen = [order for order in own if order.operation == operation]
        if chosen:
            model = _model_payment(channel, operation, partners, bank_of, instructions[chosen[0].key])
            copies += [
                _copy(model, order, instructions[order.key], len(copies) + n) for n, order in enumerate(chosen, 1)
            ]
    _write_copies(env, copies)
    for state, alike in groupby(sorted(orders, key=lambda order: order.state), key=lambda order: order.state):
        env[INSTRUCTION].union(*(instructions[order.key] for order in alike))._set(state=state)
    return instructions


def partner_of(operation: str, partners):
    """Whom an order is from or to."""
    return partners["vendor"] if operation == "pay_out" else partners["buyer"]


def _instruction(channel, order: Order, partners, bank_of, known) -> dict[str, object]:
    """An order, not live while its payment is being made, so that nothing is placed anew."""
    at = order.at.replace(tzinfo=BEIJING).astimezone(UTC).replace(tzinfo=None)
    partner, currency = partner_of(order.operation, partners), channel.currency_id
    if order.currency:
        currency = currency.with_context(active_test=False).search([("name", "=", order.currency)])
    return {
        "key": order.key,
        "channel_id": channel.id,
        "company_id": channel.company_id.id,
        "partner_id": partner.id,
        "operation": order.operation,
        "amount": float(order.amount),
        "currency_id": currency.id,
        **(_payee(bank_of(partner)) if order.operation == "pay_out" else {}),
        "title": "货款" if order.operation == "pay_out" else "商城订单",
        "state": "failed",
        "original_id": known[order.original].id if order.original else False,
        "placed_at": at,
        "sent_at": at,
        "executed_at": at if order.state == "succeeded" else False,
        "finished_at": at if order.state in ("succeeded", "failed") else False,
    }


def _payee(bank) -> dict[str, str]:
    return {
        "payee_name": bank.acc_holder_name,
        "payee_kind": bank.bridge_payee_kind,
        "payee_account": bank.acc_number,
    }


def _model_payment(channel, operation: str, partners, bank_of, instruction):
    """A posted payment over one unit of money, to be copied and then taken out again."""
    partner, journal = partner_of(operation, partners), channel.journal_id
    direction = "outbound" if operation in OUTBOUND else "inbound"
    method = journal._bridge_method_line(direction) or journal[f"{direction}_payment_method_line_ids"][:1]
    payment = channel.env["account.payment"].create(
        {
            "payment_type": direction,
            "partner_type": "supplier" if operation == "pay_out" else "customer",
            "partner_id": partner.id,
            "partner_bank_id": bank_of(partner).id if direction == "outbound" else False,
            "journal_id": journal.id,
            "payment_method_line_id": method.id,
            "currency_id": channel.currency_id.id,
            "amount": 1,
            # a payment out that has its order places no other
            "bridge_instruction_id": instruction.id if direction == "outbound" else False,
        }
    )
    payment.action_post()
    return payment


def _copy(model, order: Order, instruction, number: int) -> dict[str, object]:
    return {
        "payment": model.id,
        "move": model.move_id.id,
        "amount": str(order.amount),
        "day": str(order.at.date()),
        "key": order.key,
        "instruction": instruction.id,
        "number": number + 10,
    }


def _write_copies(env, copies: Sequence[dict[str, object]]) -> None:
    """Write all copies of an account's model payments, and take the models out."""
    cr = env.cr
    env.flush_all()
    cr.execute("DROP TABLE IF EXISTS month_copy")
    cr.execute(COPY, (json.dumps(copies),))
    cr.execute("SET session_replication_role = replica")  # a payment and its entry name each other
    for table, own in OWN.items():
        cr.execute(
            """
            SELECT column_name, data_type FROM information_schema.columns
             WHERE table_name = %s AND is_generated = 'NEVER' ORDER BY ordinal_position
            """,
            (table,),
        )
        chosen = {name: own.get(name) or _scaled(name, kind) for name, kind in cr.fetchall()}
        names = ", ".join(f'"{name}"' for name in chosen)
        values = ", ".join(chosen.values())
        cr.execute(f"INSERT INTO {table} ({names}) SELECT {values} FROM {table} t JOIN month_copy c ON {OF[table]}")
    for table in reversed(OWN):
        cr.execute(f"DELETE FROM {table} t USING month_copy c WHERE {OF[table]}")
    cr.execute("SET session_replication_role = DEFAULT")
    cr.execute(
        """
        UPDATE payment_bridge_instruction i SET payment_id = c.new_payment
          FROM month_copy c WHERE i.id = c.instruction
        """
    )
    cr.execute(
        """
        UPDATE account_payment p SET bridge_state = i.state
          FROM payment_bridge_instruction i JOIN month_copy c ON i.id = c.instruction WHERE p.id = c.new_payment
        """
    )
    env.invalidate_all(flush=False)


def _scaled(name: str, kind: str) -> str:
    if kind in ("numeric", "double precision") and name.startswith(SCALED):
        return f't."{name}" * c.amount' if kind == "double precision" else f'round(t."{name}" * c.amount, 2)'
    return f't."{name}"'
