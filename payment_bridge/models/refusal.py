"""What is refused leaves a trace: an event, written once the refused transaction is over, in one of its own.

A refusal is an error, and an error undoes everything that its transaction wrote, its own event as well. So the event
waits until the transaction has ended, however it ends: undone, or committed because somebody caught the error.
"""

import logging
import sys
from typing import Any, NamedTuple

from psycopg2.errors import ReadOnlySqlTransaction

from odoo import SUPERUSER_ID, api
from odoo.exceptions import ConcurrencyError
from odoo.modules.registry import Registry
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

_logger = logging.getLogger(__name__)

EVENT = "attempt.refused"
TRIED_AGAIN = (*PG_CONCURRENCY_EXCEPTIONS_TO_RETRY, ConcurrencyError, ReadOnlySqlTransaction)
"""Errors after which Odoo, or one of our workers, does the same once more: that attempt decides what is noted."""
_KEY = "payment_bridge.aftermath"


class _Note(NamedTuple):
    """One refusal, in values that outlive its transaction."""

    uid: int
    code: str
    model: str
    record_id: int
    instead: tuple[str, tuple[int, ...]]
    company_id: int
    details: dict[str, Any]


def refused(record, code, error, *, instead=None, **details):
    """Note that somebody was refused something on ``record``; answers ``error``, to be raised by the caller.

    The event ``attempt.refused`` is written after this transaction has ended. It is about the first of ``record``,
    the records ``instead`` and the company that exists then. ``code`` names the rule in one word; ``details`` are
    plain values without names and accounts. The same refusal is noted once in a transaction.
    """
    record = record[:1].sudo()
    instead = record.browse() if instead is None else instead
    note = _Note(
        uid=record.env.uid,
        code=code,
        model=record._name,
        record_id=record._origin.id or 0,
        instead=(instead._name, tuple(instead.ids)),
        company_id=_company_id(record),
        details=details,
    )
    _aftermath(record.env).notes[note.uid, code, note.model, note.record_id] = note
    return error


def keep_anyway(env, key, write):
    """Call ``write(env)`` as superuser in a transaction of its own after the present one has ended.

    For what a refused attempt has found out and what must not be undone with it. ``write`` uses plain values and its
    own ``env``, skips what does not exist any more, and is harmless where the present transaction is committed.
    A later call with the same ``key`` takes the place of the earlier one.
    """
    _aftermath(env).keepers[key] = write


def _company_id(record):
    """The company in whose chain the refusal stands."""
    if record._name == "res.company" and record:
        return record.id
    company = record.exists().company_id if "company_id" in record._fields else None
    return (company or record.env.company).id


def _aftermath(env):
    """What waits for the end of the present transaction."""
    waiting = env.cr.postcommit.data.get(_KEY)
    if waiting is None:
        waiting = env.cr.postcommit.data[_KEY] = _Aftermath(env.cr.dbname)
        env.cr.postcommit.add(waiting.settle)
        env.cr.postrollback.add(waiting.settle)
    return waiting


class _Aftermath:
    """Notes and work of one transaction; Odoo calls :meth:`settle` after its commit or rollback, whichever comes."""

    def __init__(self, dbname):
        self.dbname = dbname
        self.notes = {}
        self.keepers = {}

    def settle(self):
        """Write everything that waits, each in its own transaction. It never raises: the refusal has to reach the
        person, whatever becomes of its trace."""
        if isinstance(sys.exception(), TRIED_AGAIN):
            return
        for work in (self._write_events, *self.keepers.values()):
            try:
                with Registry(self.dbname).cursor() as cr:
                    work(api.Environment(cr, SUPERUSER_ID, {}))
            except Exception:  # an error here would take the place of the one that is being told
                _logger.exception("a refused attempt could not be noted")

    def _write_events(self, env):
        for note in self.notes.values():
            record = self._subject(env, note)
            if not record:
                continue
            attempted = {} if record._name == note.model and record.id == note.record_id else {"attempted": note.model}
            events = env(user=note.uid)["payment.bridge.audit.event"]
            events._record(EVENT, record, code=note.code, **attempted, **note.details)

    def _subject(self, env, note):
        """The record that the event is about: of those that were named, the first that exists."""
        candidates = ((note.model, (note.record_id,)), note.instead, ("res.company", (note.company_id,)))
        for model, ids in candidates:
            if found := env[model].browse(one for one in ids if one).exists()[:1]:
                return found
        return None
