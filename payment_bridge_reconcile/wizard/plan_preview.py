"""Planned journal items as a table that people read before anything is posted."""

from markupsafe import Markup

from odoo.tools import format_date

from ..models.posting_plan import PlannedItem

SHOWN_ITEMS = 200


def render_items(env, currency, items):
    """The items in their order, debit and credit beside each other."""
    cell = Markup("<td class='text-end text-nowrap'>{}</td>")
    rows = []
    for item in items[:SHOWN_ITEMS]:
        kept, amount = item.worth(currency)
        account = f"{item.account.code or ''} {item.account.name}".strip()
        partner = Markup(" <span class='text-muted'>{}</span>").format(item.partner.name) if item.partner else ""
        rows.append(
            Markup("<tr><td>{}{}<div class='small text-muted'>{}</div></td>{}{}</tr>").format(
                account,
                partner,
                item.label,
                cell.format(kept.format(amount) if amount > 0 else ""),
                cell.format(kept.format(-amount) if amount < 0 else ""),
            )
        )
    rest = len(items) - SHOWN_ITEMS
    if rest > 0:
        rows.append(Markup("<tr><td colspan='3' class='text-muted'>{}</td></tr>").format(env._("and %s more", rest)))
    return Markup(
        '<table class="table table-sm o_bridge_preview"><thead><tr><th>{account}</th>'
        '<th class="text-end">{debit}</th><th class="text-end">{credit}</th></tr></thead><tbody>{rows}</tbody></table>'
    ).format(account=env._("Account"), debit=env._("Debit"), credit=env._("Credit"), rows=Markup("").join(rows))


def render_plan(env, channel, plan):
    """The entries of a plan with their days, the channel's own account first."""
    parts = []
    bank = channel.sudo().journal_id.default_account_id
    currency = channel.currency_id
    for entry in plan.entries:
        net = sum(item.amount for item in entry.items)
        own = PlannedItem(bank, env["res.partner"], entry.title, -net, entry.lines, env["account.move.line"])
        words = format_date(env, entry.date)
        if entry.date != entry.day:
            words = env._("%(date)s: the books of %(day)s are closed", date=words, day=format_date(env, entry.day))
        parts.append(
            Markup("<div class='small text-muted'>{}</div>{}").format(
                words, render_items(env, currency, [own, *entry.items])
            )
        )
    return Markup("").join(parts)
