/** One side of the workbench: a list that is walked through and chosen from by keyboard or by hand. */
import { Component, onPatched, useRef } from "@odoo/owl";
import { formatCurrency } from "@web/core/currency";
import { formatDate } from "@web/core/l10n/dates";

const { DateTime } = luxon;

export class Pane extends Component {
    static template = "payment_bridge_reconcile.WorkbenchPane";
    static props = {
        side: String,
        label: String,
        entries: Array,
        active: Number,
        focused: Boolean,
        currencyId: [Number, Boolean],
        isChosen: Function,
        onPoint: Function,
        onToggle: Function,
        onFocus: Function,
        more: { type: Boolean, optional: true },
        onMore: { type: Function, optional: true },
        slots: { type: Object, optional: true },
    };

    setup() {
        this.list = useRef("list");
        let shown = -1;
        onPatched(() => {
            if (this.props.active !== shown) {
                shown = this.props.active;
                this.activeElement?.scrollIntoView({ block: "nearest" });
            }
        });
    }

    get activeElement() {
        return this.list.el?.querySelector(`[id="${this.idOf(this.props.active)}"]`);
    }

    idOf(index) {
        return `o_bridge_${this.props.side}_${index}`;
    }

    get descendant() {
        return this.props.entries.length ? this.idOf(this.props.active) : undefined;
    }

    money(amount) {
        return formatCurrency(amount, this.props.currencyId);
    }

    day(day) {
        return day ? formatDate(DateTime.fromISO(day)) : "";
    }

    words(parts) {
        return parts.filter(Boolean).join(" · ");
    }

    scoreText(score) {
        return `${Math.round(score * 100)} %`;
    }

    severe(code) {
        return ["platform_only_out", "duplicate", "stale"].includes(code);
    }

    onClick(index) {
        this.props.onPoint(index);
        this.props.onToggle(index);
    }
}
