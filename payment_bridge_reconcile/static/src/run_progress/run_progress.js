/** How far a long run is, live: asked for while it is looked at and not over. */
import { Component, onWillUnmount, useEffect, useState } from "@odoo/owl";
import { browser } from "@web/core/browser/browser";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { formatInteger } from "@web/views/fields/formatters";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

const INTERVAL = 1000;

export class RunProgressField extends Component {
    static template = "payment_bridge_reconcile.RunProgressField";
    static props = { ...standardFieldProps };

    setup() {
        this.orm = useService("orm");
        this.state = useState({ now: null });
        this.asking = false;
        useEffect(
            (live, id) => {
                if (live && id) {
                    this.refresh();
                    this.timer = browser.setInterval(() => this.refresh(), INTERVAL);
                }
                return () => browser.clearInterval(this.timer);
            },
            () => [this.props.record.data.is_live, this.props.record.resId]
        );
        onWillUnmount(() => browser.clearInterval(this.timer));
    }

    async refresh() {
        const { record } = this.props;
        if (this.asking || document.hidden) {
            return;
        }
        this.asking = true;
        try {
            const now = await this.orm.silent.call(record.resModel, "run_progress", [[record.resId]]);
            this.state.now = now;
            if (now.state !== record.data.state || !now.live) {
                await record.load();
            }
        } finally {
            this.asking = false;
        }
    }

    /** What is known last: from the live question, else from the record. */
    get shown() {
        const { data } = this.props.record;
        return data.is_live && this.state.now
            ? this.state.now
            : { ...data, live: data.is_live, cancelling: data.cancel_requested && data.is_live };
    }

    get percent() {
        return Math.floor(this.shown.progress || 0);
    }

    /** Whether there is no telling how far it is: only that something is done. */
    get isOpenEnded() {
        return this.shown.live && this.shown.state === "running" && !this.shown.total;
    }

    get tone() {
        return { done: "bg-success", failed: "bg-danger", cancelled: "bg-secondary" }[this.shown.state] || "bg-primary";
    }

    get counted() {
        const { done, total, live } = this.shown;
        if (!done && !total) {
            return "";
        }
        if (!total) {
            return live ? _t("%s so far", formatInteger(done)) : formatInteger(done);
        }
        return _t("%(done)s of %(total)s", { done: formatInteger(done || 0), total: formatInteger(total) });
    }

    get words() {
        if (this.shown.cancelling) {
            return _t("It ends before its next step.");
        }
        return this.shown.message || "";
    }
}

registry.category("fields").add("bridge_run_progress", {
    component: RunProgressField,
    supportedTypes: ["float"],
    fieldDependencies: [
        { name: "state", type: "selection" },
        { name: "is_live", type: "boolean" },
        { name: "total", type: "integer" },
        { name: "done", type: "integer" },
        { name: "message", type: "char" },
        { name: "cancel_requested", type: "boolean" },
    ],
});
