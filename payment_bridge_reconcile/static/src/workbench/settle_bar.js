/** What is chosen adds up to what: the live remainder, what becomes of it, and the button. */
import { Component } from "@odoo/owl";
import { formatCurrency } from "@web/core/currency";
import { _t } from "@web/core/l10n/translation";
import { RecordSelector } from "@web/core/record_selectors/record_selector";

import { major } from "./sums";

export class SettleBar extends Component {
    static template = "payment_bridge_reconcile.WorkbenchSettleBar";
    static components = { RecordSelector };
    static props = {
        choice: Object,
        remainder: Object,
        currencyId: [Number, Boolean],
        companyId: [Number, Boolean],
        canMatch: Boolean,
        canUndo: Boolean,
        busy: Boolean,
        mayMatch: Boolean,
        why: String,
        onMatch: Function,
        onUndo: Function,
        onClear: Function,
    };

    money(units) {
        return formatCurrency(major(units, this.props.currencyId), this.props.currencyId);
    }

    /** How many are chosen, and what they make. */
    chosenText(side) {
        const { choice } = this.props;
        const count = side === "rows" ? choice.rowCount : choice.bookCount;
        return count ? _t("%s chosen", count) : "";
    }

    get tone() {
        const { choice } = this.props;
        if (!choice.rowCount) {
            return "text-muted";
        }
        return choice.rest === 0 ? "text-success" : "text-warning-emphasis";
    }

    get accountDomain() {
        return [
            ["company_ids", "in", [this.props.companyId]],
            ["active", "=", true],
            ["account_type", "not in", ["asset_cash", "liability_credit_card"]],
        ];
    }

    get needsRemainder() {
        const { choice } = this.props;
        return choice.rowCount > 0 && choice.rest !== 0 && !choice.mixed && !choice.tangled;
    }

    choose(name, value) {
        this.props.remainder[name] = value;
    }

    setWay(way) {
        this.props.remainder.way = this.props.remainder.way === way ? "none" : way;
    }
}
