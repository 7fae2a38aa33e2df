/** What is behind one cell of the cockpit: its figures, and the ways from there. */
import { Component, onMounted, useRef } from "@odoo/owl";
import { formatCurrency } from "@web/core/currency";
import { _t } from "@web/core/l10n/translation";
import { formatInteger } from "@web/views/fields/formatters";

import { shareText } from "./cell_words";

export class DayCard extends Component {
    static template = "payment_bridge_reconcile.DayCard";
    static props = { cell: Object, row: Object, isClerk: Boolean, go: Function, close: { type: Function, optional: true } };

    setup() {
        this.root = useRef("root");
        onMounted(() => this.root.el.querySelector("button")?.focus());
    }

    money(amount) {
        return formatCurrency(amount, this.props.row.currency_id);
    }

    get sentence() {
        const { cell } = this.props;
        return {
            loaded: cell.rows ? "" : _t("The statement is here and holds no rows for this day."),
            empty: _t("The platform says that nothing moved. That is an answer: there is nothing to do."),
            refused: _t("A file came and was refused; nothing of it was loaded."),
            missing: _t("The statement of this day is missing. Nothing can be said about its money until it is here."),
            waiting: _t("The statement of this day is expected. It is fetched by itself when the platform has made it."),
            none: _t("No statement is expected for this day."),
        }[cell.state];
    }

    get figures() {
        const { cell } = this.props;
        if (cell.state !== "loaded" || !cell.rows) {
            return [];
        }
        return [
            [_t("Rows"), formatInteger(cell.rows)],
            [_t("Explained"), shareText(cell)],
            [_t("Moved"), this.money(cell.moved)],
            cell.open && [_t("Open rows"), `${formatInteger(cell.open)} · ${this.money(cell.open_amount)}`],
            cell.to_post && [_t("To post"), formatInteger(cell.to_post)],
            cell.posted && [_t("Posted"), formatInteger(cell.posted)],
            cell.ignored && [_t("Left out by hand"), formatInteger(cell.ignored)],
            cell.by_hand && [_t("Matched by hand"), formatInteger(cell.by_hand)],
        ].filter(Boolean);
    }

    get proofTone() {
        return { proven: "success", posting: "info", gap: "danger", books: "danger" }[this.props.cell.proof];
    }

    get proof() {
        const { cell } = this.props;
        return {
            proven: _t("The books and the platform agree: %s.", this.money(cell.closing || 0)),
            posting: _t("Once the rows are posted, the books and the platform agree at %s.", this.money(cell.closing || 0)),
            gap: _t("The platform's own figures do not add up: rows are missing, or one is too many (%s).", this.money(cell.gap)),
            books: _t("The books differ from the platform by %s.", this.money(cell.gap_books)),
        }[cell.proof];
    }

    get ways() {
        const { cell, isClerk } = this.props;
        const ways = [];
        if (cell.state === "loaded") {
            if (cell.open) {
                ways.push(["workbench", _t("Match open rows"), "fa-link", true], ["open", _t("List open rows"), "fa-list"]);
            }
            if (cell.to_post && isClerk) {
                ways.push(["post", _t("Post…"), "fa-book", !cell.open]);
            }
            ways.push(["rows", _t("All rows"), "fa-list-ol"], ["statement", _t("Statement"), "fa-file-text-o"]);
            if (cell.proof) {
                ways.push(["proof", _t("Balance proof"), "fa-balance-scale"]);
            }
            return ways;
        }
        if (isClerk && ["missing", "refused", "waiting"].includes(cell.state)) {
            ways.push(["import", this.props.row.fetches ? _t("Fetch or upload…") : _t("Upload…"), "fa-download", true]);
        }
        if (cell.statement_id) {
            ways.push(["statement", cell.state === "empty" ? _t("Statement") : _t("Calendar entry"), "fa-calendar"]);
        }
        return ways;
    }

    go(what) {
        this.props.close?.();
        this.props.go(what);
    }
}
