"""Trying a table of rights, cell by cell, through the doors that people and programs have."""

import inspect
import re

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.service.model import call_kw
from odoo.tools import mute_logger

from .rights_matrix import OPENS, ROLES
from .roles import role_groups

OURS = "odoo.addons.payment_bridge"
LETTERS = {"read": "r", "create": "c", "write": "w", "unlink": "u"}
# What a caller can put into a context, and what it would like it to mean.
HOSTILE = {
    "su": True,
    "sudo": True,
    "uid": 1,
    "active_test": False,
    "bypass_access": True,
    "install_mode": True,
    "tracking_disable": True,
    "bridge_agreed_change": True,
    "import_file": True,
}
PEOPLE = "clerk|channel administrator|screening officer|people|absent person"
NO_RIGHT = re.compile(
    rf"\brole\b|\bOnly (a |an |the )?({PEOPLE})|named in the settings|You cannot decide|approvals you could",
    re.IGNORECASE,
)


class RightsKit:
    """For a test case with ``company``, and ``sample(model)`` that answers a record of it."""

    @classmethod
    def make_people(cls, company=None, mark="own"):
        """One user for each role, able to export; portal users and visitors are what Odoo makes of them."""
        company = company or cls.company
        groups = {
            "accountant": role_groups(cls.env, "account.group_account_user"),
            "portal": role_groups(cls.env, "base.group_portal"),
            "public": role_groups(cls.env, "base.group_public"),
        }
        return {
            role: cls.env["res.users"].create(
                {
                    "name": f"{role} {mark}",
                    "login": f"{role}-{mark}-rights",
                    "password": f"{role}-{mark}-rights",
                    "company_id": company.id,
                    "company_ids": [Command.set(company.ids)],
                    "group_ids": [
                        Command.set(
                            groups[role].ids
                            if role in ("portal", "public")
                            else (
                                (groups.get(role) or role_groups(cls.env, role))
                                | role_groups(cls.env, "base.group_allow_export")
                            ).ids
                        )
                    ],
                }
            )
            for role in ROLES
        }

    # -- the models --------------------------------------------------------------

    def models_of(self, addon):
        """The models that an add-on makes, as (stored ones, dialogs)."""
        own = [
            name
            for name in sorted(self.env.registry)
            if name.startswith("payment.bridge.")
            and self.env[name]._original_module == addon
            and not self.env[name]._abstract
        ]
        dialogs = {name for name in own if self.env[name].is_transient()}
        return set(own) - dialogs, dialogs

    def refused(self, attempt, plainly=False):
        """Whether an attempt ends for want of rights; what else goes wrong with empty values is no matter here.

        ``plainly``: any refusal in words counts, for what nobody at all may do.
        """
        savepoint = self.env.cr.savepoint()
        try:
            with mute_logger("odoo.sql_db", "odoo.models", "odoo.addons.base.models.ir_rule"):
                attempt()
                self.env.flush_all()
        except AccessError:
            return True
        except UserError as error:
            return plainly or bool(NO_RIGHT.search(str(error)))
        except AssertionError:
            raise
        except Exception:  # noqa: BLE001  pylint: disable=broad-except
            return False  # the door was open: it is what came in that was wrong
        finally:
            savepoint.close(rollback=True)
            self.env.invalidate_all()
        return False

    def ways(self, record):
        """The calls that make up one cell, by what they try: (through the ORM, through RPC)."""
        records, ids = record.browse(), record.ids
        name = self._plain_field(record)
        wire = {"context": HOSTILE}
        return {
            "read": (
                lambda user: record.with_user(user).read([name]),
                lambda user: record.with_user(user).export_data([name]),
                lambda user: records.with_user(user).search_read([], [name], limit=1),
                lambda user: call_kw(records.with_user(user), "read", [ids, [name]], wire),
                lambda user: call_kw(records.with_user(user), "web_search_read", [[], {name: {}}], wire),
                lambda user: call_kw(records.with_user(user), "formatted_read_group", [[], [], ["__count"]], wire),
                lambda user: call_kw(records.with_user(user), "export_data", [ids, [name]], wire),
            ),
            "create": (
                lambda user: records.with_user(user).create({}),
                lambda user: call_kw(records.with_user(user), "create", [{}], wire),
                lambda user: call_kw(records.with_user(user), "web_save", [[], {}, {"id": {}}], wire),
                lambda user: self._load(records.with_user(user), [name], ["1"]),
            ),
            "write": (
                lambda user: record.with_user(user).write({}),
                lambda user: call_kw(records.with_user(user), "write", [ids, {}], wire),
                lambda user: call_kw(records.with_user(user), "web_save", [ids, {}, {"id": {}}], wire),
            ),
            "unlink": (
                lambda user: record.with_user(user).unlink(),
                lambda user: call_kw(records.with_user(user), "unlink", [ids], wire),
            ),
        }

    @staticmethod
    def _plain_field(record):
        """A stored field that every reader may read."""
        return next(
            name
            for name, field in record._fields.items()
            if field.store and field.type in ("char", "selection", "integer", "date", "datetime", "text", "many2one")
            and not field.groups
            and name not in ("id", "create_uid", "write_uid")
        )  # fmt: skip

    @staticmethod
    def _load(records, names, row):
        """Import a row; what stops it is told, not raised."""
        answer = records.load(names, [row])
        for message in answer["messages"]:
            if "not allowed" in message["message"] or "rights" in message["message"]:
                raise AccessError(message["message"])
            raise UserError(message["message"])

    def try_cells(self, model, row, people, record):
        """Every cell of one model: the right itself, and each way that would use it."""
        cells = dict(zip(ROLES, row.split(), strict=True))
        ways = self.ways(record)
        for role, user in people.items():
            for operation, letter in LETTERS.items():
                allowed = letter in cells[role]
                where = f"{role} {operation} {model}"
                self.assertEqual(record.browse().with_user(user).has_access(operation), allowed, where)
                if allowed and operation == "read":
                    self.assertTrue(record.with_user(user).has_access("read"), where)
                for number, way in enumerate(ways[operation]):
                    self.env.invalidate_all()
                    refused = self.refused(lambda way=way, user=user: way(user), plainly=not allowed)
                    if not allowed:
                        self.assertTrue(refused, f"{where}: way {number} is open")
                    elif operation == "read":
                        self.assertFalse(refused, f"{where}: way {number} is shut")

    # -- methods -----------------------------------------------------------------

    def public_methods(self, addon):
        """The public methods that an add-on adds, as {model: names}."""
        found = {}
        for model in sorted(self.env.registry):
            lineage = type(self.env[model]).__mro__
            own = [cls for cls in lineage if cls.__module__.startswith(f"odoo.addons.{addon}.")]
            odoos = [cls for cls in lineage if not cls.__module__.startswith(OURS)]
            for name in {name for cls in own for name, one in vars(cls).items() if inspect.isfunction(one)}:
                inherited = not name.startswith("action_") and any(name in vars(cls) for cls in odoos)
                if not name.startswith("_") and not inherited and not self._is_private(model, name):
                    found.setdefault(model, set()).add(name)
        return found

    def _is_private(self, model, name):
        return any(
            getattr(vars(cls).get(name), "_api_private", False)
            for cls in type(self.env[model]).__mro__
            if name in vars(cls)
        )

    def try_method(self, model, name, allowed, people, record, arguments=()):
        """One public method as everybody, through RPC: those without the right are refused, the others not for that."""
        for role, user in people.items():

            def call(user=user):
                ids = [] if getattr(getattr(type(record), name), "_api_model", False) else [record.ids]
                wire = {"context": dict(HOSTILE)}
                answer = call_kw(record.browse().with_user(user), name, [*ids, *arguments], wire)
                if allowed == OPENS:
                    self.assertOpensOnly(answer, f"{model}.{name}")

            self.env.invalidate_all()
            refused = self.refused(call)
            if allowed != OPENS:
                self.assertEqual(refused, role not in allowed, f"{role}: {model}.{name}")

    def assertOpensOnly(self, answer, where):
        """What may be called by anybody answers an action or a plain number, and holds no record's values."""
        self.assertTrue(answer is None or isinstance(answer, (int, bool)) or "type" in answer, where)
