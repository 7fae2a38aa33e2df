/** A status that keeps itself up to date while it is looked at and not yet final. */
import { onWillUnmount, useEffect } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { SelectionField, selectionField } from "@web/views/fields/selection/selection_field";

const INTERVAL = 3000;
const TONES = {
    succeeded: "text-bg-success",
    failed: "text-bg-danger",
    returned: "text-bg-danger",
    uncertain: "text-bg-warning",
    cancelled: "text-bg-secondary",
    posted: "text-bg-success",
    refused: "text-bg-danger",
    waiting: "text-bg-warning",
    empty: "text-bg-secondary",
};

export class LiveBadgeField extends SelectionField {
    static template = "payment_bridge.LiveBadgeField";
    static props = { ...SelectionField.props, refreshing: { type: String, optional: true } };

    setup() {
        super.setup();
        this.orm = useService("orm");
        this.timer = null;
        this.asking = false;
        useEffect(
            (refreshing) => {
                if (refreshing) {
                    this.timer = setInterval(() => this.refresh(), INTERVAL);
                }
                return () => this.stop();
            },
            () => [this.isRefreshing]
        );
        onWillUnmount(() => this.stop());
    }

    get isRefreshing() {
        return Boolean(this.props.refreshing && this.props.record.data[this.props.refreshing]);
    }

    get tone() {
        return TONES[this.value] || "text-bg-info";
    }

    stop() {
        clearInterval(this.timer);
        this.timer = null;
    }

    async refresh() {
        const { record } = this.props;
        if (this.asking || document.hidden || !record.resId || (await record.isDirty())) {
            return;
        }
        this.asking = true;
        try {
            const now = await this.orm.silent.call(record.resModel, "bridge_refresh", [[record.resId]]);
            if (now.state !== record.data[this.props.name] || !now.refreshing) {
                await record.load();
            }
        } finally {
            this.asking = false;
        }
    }
}

registry.category("fields").add("bridge_live_badge", {
    ...selectionField,
    component: LiveBadgeField,
    supportedTypes: ["selection"],
    extractProps: (info, dynamicInfo) => ({
        ...selectionField.extractProps(info, dynamicInfo),
        refreshing: info.options.refreshing,
    }),
});
