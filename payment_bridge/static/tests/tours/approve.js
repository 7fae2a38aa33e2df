/** Approvers at work: on a phone one by one, at a desk many at once; selectors only, so that it runs in every language. */
import { registry } from "@web/core/registry";

registry.category("web_tour.tours").add("payment_bridge_approve_on_phone", {
    steps: () => [
        {
            content: "The card says whose decision it waits for",
            trigger: ".o_kanban_record .o_bridge_waits_for:contains(Tour)",
        },
        {
            content: "The page is no wider than the phone",
            trigger: "body",
            run: () => {
                if (document.documentElement.scrollWidth > window.innerWidth + 1) {
                    throw new Error("the page scrolls sideways");
                }
            },
        },
        {
            content: "Approve",
            trigger: ".o_kanban_record button[name=action_bridge_approve]",
            run: "click",
        },
        {
            content: "It is said how much is approved",
            trigger: ".modal .o_field_widget[name=summary] table:contains(100)",
        },
        {
            content: "Confirm",
            trigger: ".modal button[name=action_confirm].btn-primary:visible",
            run: "click",
        },
        {
            content: "Nothing waits any more",
            trigger: ".o_kanban_view:not(:has(button[name=action_bridge_approve]))",
        },
    ],
});

registry.category("web_tour.tours").add("payment_bridge_approve_many", {
    steps: () => [
        {
            content: "The menu bar counts what waits",
            trigger: ".o_bridge_approval_counter .badge:contains(2)",
        },
        {
            content: "Go there",
            trigger: ".o_bridge_approval_counter button",
            run: "click",
        },
        {
            content: "Choose all",
            trigger: ".o_list_view thead .o_list_record_selector input",
            run: "click",
        },
        {
            content: "Refuse is offered beside Approve",
            trigger: ".o_control_panel button[name=action_bridge_refuse]",
        },
        {
            content: "Approve them",
            trigger: ".o_control_panel button[name=action_bridge_approve]",
            run: "click",
        },
        {
            content: "The total of both",
            trigger: ".modal .o_field_widget[name=summary] table:contains(350)",
        },
        {
            content: "Confirm",
            trigger: ".modal button[name=action_confirm].btn-primary:visible",
            run: "click",
        },
        {
            content: "Nothing waits any more",
            trigger: ".o_list_view:not(:has(.o_data_row))",
        },
        {
            content: "The menu bar does not count any more",
            trigger: ".o_main_navbar:not(:has(.o_bridge_approval_counter .badge))",
        },
    ],
});
