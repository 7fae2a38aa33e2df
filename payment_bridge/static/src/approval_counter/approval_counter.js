/** How many payments wait for the user's decision, in the menu bar of every app. */
import { Component, onWillStart, onWillUnmount, useState } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { user } from "@web/core/user";
import { useBus, useService } from "@web/core/utils/hooks";

const INTERVAL = 5 * 60 * 1000;

export class ApprovalCounter extends Component {
    static template = "payment_bridge.ApprovalCounter";
    static props = {};

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.state = useState({ count: 0, approver: false });
        onWillStart(async () => {
            this.state.approver = await user.hasGroup("payment_bridge.group_approver");
            if (this.state.approver) {
                this.timer = setInterval(() => document.hidden || this.refresh(), INTERVAL);
                this.refresh();
            }
        });
        // after each step from screen to screen, and so after each decision
        useBus(this.env.bus, "ACTION_MANAGER:UI-UPDATED", () => this.refresh());
        onWillUnmount(() => clearInterval(this.timer));
    }

    async refresh() {
        if (this.state.approver) {
            this.state.count = await this.orm.silent.call("account.payment", "bridge_count_to_approve", []);
        }
    }

    open() {
        this.action.doAction("payment_bridge.action_to_approve", { clearBreadcrumbs: true });
    }
}

registry
    .category("systray")
    .add("payment_bridge.approval_counter", { Component: ApprovalCounter }, { sequence: 30 });
