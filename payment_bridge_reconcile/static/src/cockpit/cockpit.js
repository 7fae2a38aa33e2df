/** The reconciliation cockpit: channels × days. The server says what a cell holds; here it is shown, and led on from. */
import { Component, onMounted, onWillStart, onWillUnmount, useEffect, useRef, useState } from "@odoo/owl";
import { browser } from "@web/core/browser/browser";
import { _t } from "@web/core/l10n/translation";
import { usePopover } from "@web/core/popover/popover_hook";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { useSetupAction } from "@web/search/action_hook";
import { Layout } from "@web/search/layout";
import { formatInteger } from "@web/views/fields/formatters";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";

import {
    cellLabel,
    countText,
    differencesText,
    proofSign,
    shareText,
    stateText,
    todoText,
    tone,
} from "./cell_words";
import { DayCard } from "./day_card";

const { DateTime } = luxon;
const INTERVAL = 60 * 1000;
const SPANS = [7, 14, 31];

export class Cockpit extends Component {
    static template = "payment_bridge_reconcile.Cockpit";
    static components = { Layout };
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.ui = useState(useService("ui"));
        this.grid = useRef("grid");
        this.card = usePopover(DayCard, {
            position: "bottom-middle",
            popoverClass: "o_bridge_day_popover",
            onClose: () => this.cellElement()?.focus(),
        });
        this.spans = SPANS;
        this.asked = 0;
        const past = this.props.state || {};
        this.state = useState({
            data: null,
            lastDay: past.lastDay || false,
            days: past.days || 14,
            at: past.at || [0, -1],
        });
        Object.assign(this, { cellLabel, countText, differencesText, proofSign, shareText, stateText, todoText, tone });
        onWillStart(() => this.load());
        // the latest days are in sight, however many are shown
        useEffect(
            (grid) => {
                if (grid) {
                    grid.parentElement.scrollLeft = grid.parentElement.scrollWidth;
                }
            },
            () => [this.grid.el, this.state.data?.first_day, this.state.data?.last_day]
        );
        onMounted(() => (this.timer = browser.setInterval(() => document.hidden || this.load(true), INTERVAL)));
        onWillUnmount(() => browser.clearInterval(this.timer));
        useSetupAction({
            getLocalState: () => ({ lastDay: this.state.lastDay, days: this.state.days, at: this.state.at }),
        });
    }

    /** Ask anew; silently when nobody asked for it. */
    async load(silently = false) {
        const orm = silently ? this.orm.silent : this.orm;
        const number = ++this.asked;
        const data = await orm.call("payment.bridge.cockpit", "cockpit_data", [], {
            last_day: this.state.lastDay,
            days: this.state.days,
        });
        if (number !== this.asked) {
            return; // something else is looked at by now
        }
        this.state.data = data;
        const [row, column] = this.state.at;
        this.state.at = [
            Math.min(row, Math.max(this.channels.length - 1, 0)),
            column < 0 || column >= this.days.length ? this.days.length - 1 : column,
        ];
    }

    // -- what is shown ---------------------------------------------------------------

    get days() {
        return this.state.data.days;
    }

    get channels() {
        return this.state.data.channels;
    }

    get period() {
        const [first, last] = [this.days[0], this.days.at(-1)];
        return `${first.label} – ${last.label}`;
    }

    get isLatest() {
        return this.state.data.last_day >= DateTime.fromISO(this.state.data.today).minus({ days: 1 }).toISODate();
    }

    /** The figures over all channels that stand above the grid. */
    get summary() {
        const sum = (read) => this.channels.reduce((total, row) => total + read(row), 0);
        const rows = sum((row) => row.total.rows);
        const open = sum((row) => row.total.open);
        const missing = sum((row) => row.total.missing);
        const broken = sum((row) => row.total.broken);
        const differences = sum((row) => row.differences);
        const overdue = sum((row) => row.overdue);
        return [
            {
                name: "explained",
                label: _t("Explained"),
                value: shareText({ open, explained: rows ? 1 - open / rows : null }) || "–",
                more: _t("of %s rows", formatInteger(rows)),
                tone: rows && !open ? "success" : "",
            },
            {
                name: "open",
                label: _t("Open rows"),
                value: formatInteger(open),
                more: open ? _t("wait to be matched") : _t("every row is explained"),
                tone: open ? "warning" : "success",
                go: () => this.openWorkbench(this.channels.find((row) => row.total.open)?.id),
            },
            {
                name: "missing",
                label: _t("Missing files"),
                value: formatInteger(missing),
                more: missing ? _t("days nobody can speak for") : _t("every expected file is here"),
                tone: missing ? "danger" : "success",
                go: () => this.action.doAction("payment_bridge_reconcile.action_missing_statement"),
            },
            {
                name: "broken",
                label: _t("Balances that differ"),
                value: formatInteger(broken),
                more: broken ? _t("days whose proof breaks") : _t("no proof breaks"),
                tone: broken ? "danger" : "success",
                go: () => this.open("action_balance_proof", broken ? { search_default_differs: 1 } : {}),
            },
            {
                name: "differences",
                label: _t("Differences"),
                value: formatInteger(differences),
                more: overdue ? _t("%s overdue", formatInteger(overdue)) : _t("none is overdue"),
                tone: overdue ? "danger" : differences ? "warning" : "success",
                go: () => this.action.doAction("payment_bridge_reconcile.action_difference"),
            },
        ];
    }

    /** The figures over the whole period that stand behind a channel's cells. */
    totals(row) {
        const { rows, open, to_post: toPost, missing } = row.total;
        return {
            rows: _t("%s rows", countText(rows)),
            open: open && _t("%s open", countText(open)),
            post: toPost && this.state.data.is_clerk && _t("Post %s…", countText(toPost)),
            missing: missing && _t("%s missing", countText(missing)),
        };
    }

    spanText(days) {
        return _t("%s days", days);
    }

    monthOf(index) {
        return index === 0 || this.days[index].number === "1" ? this.days[index].month : "";
    }

    // -- the period --------------------------------------------------------------------

    move(periods) {
        const last = DateTime.fromISO(this.state.data.last_day).plus({ days: periods * this.state.days });
        const latest = DateTime.fromISO(this.state.data.today).minus({ days: 1 });
        this.state.lastDay = last >= latest ? false : last.toISODate();
        return this.load();
    }

    latest() {
        this.state.lastDay = false;
        return this.load();
    }

    setSpan(days) {
        this.state.days = Number(days);
        this.state.at = [this.state.at[0], -1];
        return this.load();
    }

    // -- the grid by keyboard -------------------------------------------------------------

    cellElement(at = this.state.at) {
        return this.grid.el?.querySelector(`[data-row="${at[0]}"][data-column="${at[1]}"]`);
    }

    onKeydown(ev) {
        const [row, column] = this.state.at;
        const steps = {
            ArrowLeft: [row, column - 1],
            ArrowRight: [row, column + 1],
            ArrowUp: [row - 1, column],
            ArrowDown: [row + 1, column],
            Home: [row, 0],
            End: [row, this.days.length - 1],
        };
        const next = steps[ev.key];
        if (!next || !this.cellElement(next)) {
            return;
        }
        ev.preventDefault();
        this.state.at = next;
        this.cellElement(next).focus();
    }

    // -- leading on ---------------------------------------------------------------------------

    openCard(ev, row, rowIndex, column) {
        const cell = row.cells[column];
        this.state.at = [rowIndex, column];
        if (cell.state === "none") {
            return; // it can be reached by keyboard, but holds nothing
        }
        this.card.open(ev.currentTarget, {
            row,
            cell,
            isClerk: this.state.data.is_clerk,
            go: (what) => this.go(row, what, cell.day, cell.day),
        });
    }

    async go(row, what, first = this.state.data.first_day, last = this.state.data.last_day) {
        if (what === "workbench") {
            return this.openWorkbench(row.id, { first_day: first, last_day: last });
        }
        const action = await this.orm.call("payment.bridge.cockpit", "cockpit_open", [row.id, what, first, last]);
        return this.action.doAction(action, { onClose: (how) => this.dialogClosed(how) });
    }

    openWorkbench(channelId, days = {}) {
        return this.action.doAction("payment_bridge_reconcile.action_workbench", {
            additionalContext: { workbench_channel_id: channelId || false, ...days },
        });
    }

    open(action, context = {}) {
        return this.action.doAction(`payment_bridge_reconcile.${action}`, {
            additionalContext: context,
            onClose: (how) => this.dialogClosed(how),
        });
    }

    /** Look again when a dialog has closed; not when another screen takes the cockpit's place, for which nobody waits. */
    dialogClosed(how) {
        if (!how?.noReload) {
            this.load();
        }
    }

    setUpChannel() {
        return this.action.doAction("payment_bridge.action_channel_setup");
    }

    report() {
        return this.open("action_reconciliation_report", {
            default_first_day: this.state.data.first_day,
            default_last_day: this.state.data.last_day,
        });
    }
}

registry.category("actions").add("payment_bridge_reconcile.cockpit", Cockpit);
