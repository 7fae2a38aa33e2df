"""Who may do what in `payment_bridge`, as data: the tests try each cell, and `docs/rights.md` shows them.

Plain values, readable without Odoo. A cell holds letters: r read and export, c create and import, w write and import,
u delete; a dot is nothing. What is not in a table nobody may do.
"""

ROLES = ("clerk", "approver", "channel_admin", "auditor", "officer", "accountant", "portal", "public")
ROLE_NAMES = {
    "clerk": "Clerk",
    "approver": "Approver",
    "channel_admin": "Channel administrator",
    "auditor": "Auditor",
    "officer": "Screening officer",
    "accountant": "Accountant without a role",
    "portal": "Portal user",
    "public": "Visitor",
}

#                                      clerk   appr.   admin   audit.  officer acc.    portal  public
MODELS = {
    "payment.bridge.channel":           "r       r       rcwu    r       .       .       .       .",
    "payment.bridge.channel.health":    "r       r       r       r       .       .       .       .",
    "payment.bridge.credential":        ".       .       rcw     r       .       .       .       .",
    "payment.bridge.expiry.warning":    ".       .       r       r       .       .       .       .",
    "payment.bridge.instruction":       "r       r       r       r       .       .       .       .",
    "payment.bridge.batch":             "r       r       r       r       .       .       .       .",
    "payment.bridge.exchange":          ".       r       r       r       .       .       .       .",
    "payment.bridge.notification":      "r       r       r       r       .       .       .       .",
    "payment.bridge.reservation":       "r       r       r       r       .       .       .       .",
    "payment.bridge.discrepancy":       "rw      rw      rw      r       .       .       .       .",
    "payment.bridge.check":             "r       r       r       r       .       .       .       .",
    "payment.bridge.check.rule":        "r       r       rcwu    r       .       .       .       .",
    "payment.bridge.approval":          "r       r       r       r       .       .       .       .",
    "payment.bridge.approval.rule":     "r       r       rcwu    r       .       .       .       .",
    "payment.bridge.approval.level":    "r       r       rcwu    r       .       .       .       .",
    "payment.bridge.committee":         "r       r       rcwu    r       .       .       .       .",
    "payment.bridge.delegation":        "r       rc      r       r       .       .       .       .",
    "payment.bridge.override":          "r       r       r       r       .       .       .       .",
    "payment.bridge.override.report":   ".       r       r       r       .       .       .       .",
    "payment.bridge.change.request":    ".       .       rw      r       rw      .       .       .",
    "payment.bridge.role.exception":    ".       .       rc      r       .       .       .       .",
    "payment.bridge.screening.list":    ".       .       .       r       rcwu    .       .       .",
    "payment.bridge.screening.entry":   ".       .       .       r       r       .       .       .",
    "payment.bridge.screening.case":    ".       .       .       r       rw      .       .       .",
    "payment.bridge.aml.threshold":     ".       .       .       r       rcwu    .       .       .",
    "payment.bridge.aml.case":          ".       .       .       r       rw      .       .       .",
    "payment.bridge.aml.signal":        ".       .       .       r       r       .       .       .",
    "payment.bridge.audit.event":       ".       r       r       r       .       .       .       .",
    "payment.bridge.audit.root":        ".       r       r       r       .       .       .       .",
    "payment.bridge.audit.delivery":    ".       r       r       r       .       .       .       .",
    "payment.bridge.audit.key":         ".       r       rw      r       .       .       .       .",
    "payment.bridge.audit.tile":        ".       .       .       r       .       .       .       .",
}  # fmt: skip

DIALOGS = {
    "payment.bridge.account.verify": ("clerk", "approver"),
    "payment.bridge.approve": ("approver",),
    "payment.bridge.channel.setup": ("channel_admin",),
    "payment.bridge.channel.test": ("channel_admin",),
    "payment.bridge.charge": ("clerk",),
    "payment.bridge.collect": ("clerk",),
    "payment.bridge.credential.entry": ("channel_admin",),
    "payment.bridge.personal.data": ("officer",),
    "payment.bridge.override.entry": ("clerk", "approver", "channel_admin", "auditor", "officer"),
    "payment.bridge.refund.entry": ("clerk",),
    "payment.bridge.screening.load": ("officer",),
}
"""Dialogs exist for whoever may use them, each person's own; for nobody else."""

ANYBODY = ROLES
INSIDE = ("clerk", "approver", "channel_admin", "auditor")
OPENS = "opens a screen that asks for rights of its own"

ACTIONS = {
    "payment.bridge.channel": {
        "action_activate": ("channel_admin",),
        "action_pause": ("channel_admin",),
        "action_set_up_accounts": ("channel_admin",),
        "action_test_connection": ("channel_admin",),
        "action_read_balance": ("clerk", "channel_admin"),
        "action_open_instructions": OPENS,
        "action_open_discrepancies": OPENS,
    },
    "payment.bridge.credential": {
        "action_clear": ("channel_admin",),
        "action_end_previous": ("channel_admin",),
        "action_enter": OPENS,
    },
    "payment.bridge.instruction": {
        "action_query_now": ("clerk",),
        "action_send_now": ("clerk",),
        "action_cancel": ("clerk",),
        "action_close": ("clerk",),
        "action_accept_late_money": ("clerk",),
        "action_reveal_account": ("clerk", "channel_admin"),
        "action_reveal_registration": ("clerk", "channel_admin"),
        "action_open_payment": OPENS,
    },
    "payment.bridge.notification": {"action_process_again": ("channel_admin",)},
    "payment.bridge.discrepancy": {
        "action_resolve": ("clerk", "approver", "channel_admin"),
        "action_reopen": ("clerk", "approver", "channel_admin"),
    },
    "payment.bridge.check.rule": {"action_open": OPENS},
    "payment.bridge.change.request": {
        "action_apply": ("channel_admin", "of_lists"),
        "action_refuse": ("channel_admin", "of_lists"),
    },
    "payment.bridge.delegation": {"action_end": ("giver",)},
    "payment.bridge.override": {"action_confirm": ("named",), "action_drop": ("named",)},
    "payment.bridge.role.exception": {
        "action_agree": ("channel_admin",),
        "action_record_alone": ("alone",),
        "action_end": ("channel_admin",),
    },
    "payment.bridge.screening.list": {"action_load": OPENS, "action_open_entries": OPENS},
    "payment.bridge.screening.case": {
        "action_false_positive": ("officer",),
        "action_confirm": ("officer",),
        "action_reopen": ("officer",),
    },
    "payment.bridge.aml.case": {
        "action_report": ("officer",),
        "action_dismiss": ("officer",),
        "action_reopen": ("officer",),
        "action_print": OPENS,
        "action_open_payments": OPENS,
    },
    "payment.bridge.audit.event": {"action_open_record": OPENS},
    "payment.bridge.audit.key": {"action_replace": ("channel_admin",)},
    "payment.bridge.audit.root": {
        "action_download_root": OPENS,
        "action_download_trail": OPENS,
        "action_download_consistency": OPENS,
    },
    "account.payment": {
        "action_post": ("clerk",),
        "action_bridge_submit_again": ("clerk",),
        "action_bridge_query": ("clerk",),
        "action_bridge_send_now": ("clerk",),
        "action_bridge_cancel": ("clerk",),
        "action_bridge_close": ("clerk",),
        "action_bridge_accept": ("clerk",),
        "action_bridge_book_credit": ("clerk",),
        "action_bridge_refund": ("clerk",),
        "action_bridge_check": ("clerk", "approver"),
        "action_bridge_approve": ("asked",),
        "action_bridge_refuse": ("asked",),
        "action_bridge_override": OPENS,
        "action_bridge_pay_again": OPENS,
        "action_bridge_open_instruction": OPENS,
        "action_bridge_print": OPENS,
        "action_bridge_proof": ("approver", "channel_admin", "auditor"),
        "bridge_count_to_approve": OPENS,
        "bridge_refresh": (*INSIDE, "officer", "accountant"),
    },
    "account.move": {
        "action_bridge_collect": ("clerk",),
        "action_bridge_charge": OPENS,
        "action_bridge_open_payment": OPENS,
        "action_bridge_open_match": OPENS,
        "action_bridge_open_undecided": OPENS,
    },
    "res.partner.bank": {
        "action_verify": ("clerk", "approver"),
        "action_bridge_reveal": ("clerk", "channel_admin"),
        "action_bridge_reveal_call": ("clerk", "channel_admin"),
    },
    "res.partner": {"action_bridge_screen": ("officer",), "action_bridge_personal_data": ("officer",)},
}
"""Public methods by model: the roles that they do something for; some for certain people only (`CERTAIN`)."""

CERTAIN = {
    "named": "the people whom the settings name",
    "asked": "the approvers who are asked",
    "of_lists": "an officer, where it is about lists and reporting amounts",
    "giver": "the approver who gave it",
    "alone": "a channel administrator, where nobody else could agree",
}

DOORS = {
    "/payment_bridge/root/<id>": ("approver", "channel_admin", "auditor"),
    "/payment_bridge/trail/<id>": ("approver", "channel_admin", "auditor"),
    "/payment_bridge/consistency/<id>": ("approver", "channel_admin", "auditor"),
    "/payment_bridge/proof/<id>": ("approver", "channel_admin", "auditor"),
    "/payment_bridge/notify/<token>": ("whoever has the token and signs",),
    "/payment_bridge/invoice/<id>/collect": ("whoever may see the invoice",),
    "/payment_bridge/pay/<token>": ("whoever has the link",),
    "/payment_bridge/pay/<token>/state": ("whoever has the link",),
    "/payment_bridge/pay/<token>/content": ("whoever has the link",),
}
"""Addresses that answer, and to whom."""
