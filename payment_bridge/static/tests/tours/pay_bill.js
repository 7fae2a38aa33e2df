/** The main job as an accountant does it; selectors only, so that it runs in every language. */
import { registry } from "@web/core/registry";

registry.category("web_tour.tours").add("payment_bridge_pay_bill", {
    steps: () => [
        {
            content: "Pay the bill",
            trigger: ".o_form_statusbar button[name=action_register_payment]:not(:disabled)",
            run: "click",
        },
        {
            content: "Choose the channel",
            trigger: ".modal .o_field_widget[name=bridge_channel_id] input",
            run: "edit Obedient",
        },
        {
            content: "Take the proposed one",
            trigger: ".o-autocomplete--dropdown-item:contains(Obedient) a",
            run: "click",
        },
        {
            content: "It is said what will happen",
            trigger: ".modal .alert-info .o_field_widget[name=bridge_notice]",
        },
        {
            content: "Confirm",
            trigger: ".modal footer button[name=action_create_payments]:visible",
            run: "click",
        },
        {
            content: "The bill says where its payment is",
            trigger: ".alert .o_field_widget[name=bridge_note]",
        },
    ],
});

registry.category("web_tour.tours").add("payment_bridge_follow_payment", {
    steps: () => [
        {
            content: "Go from the bill to its payment",
            trigger: "button[name=action_bridge_open_payment]:visible",
            run: "click",
        },
        {
            content: "It has succeeded",
            trigger: ".o_bridge_badge[data-state=succeeded]",
        },
        {
            content: "The timeline tells how it came there",
            trigger: ".o_bridge_timeline .o_bridge_step_done",
        },
        {
            content: "Odoo's own buttons that would contradict the platform are gone",
            trigger: ".o_form_statusbar:not(:has(button[name=action_draft])):not(:has(button[name=action_cancel]))",
        },
        {
            content: "Open the order behind it",
            trigger: "button[name=action_bridge_open_instruction]",
            run: "click",
        },
        {
            content: "It shows our number",
            trigger: ".o_form_view .o_field_widget[name=key]",
        },
    ],
});
