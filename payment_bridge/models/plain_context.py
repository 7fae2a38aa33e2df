"""Records as they are made by their own rules, whatever defaults a caller brings."""

from odoo.tools.misc import clean_context


def without_defaults(records):
    """The same records without the defaults of their context, which could fill in what nobody may tell."""
    kept = clean_context(records.env.context)
    return records.with_context(kept)  # pylint: disable=context-overridden
