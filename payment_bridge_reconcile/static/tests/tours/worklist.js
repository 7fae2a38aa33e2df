/** The worklist as an accountant uses it; selectors only, so that it runs in every language. */
import { registry } from "@web/core/registry";

const openFirstGroup = {
    content: "Open the first class",
    trigger: ".o_list_view .o_group_header:first",
    run: "click",
};

registry.category("web_tour.tours").add("payment_bridge_resolve_one", {
    steps: () => [
        openFirstGroup,
        {
            content: "Look at what can be done",
            trigger: ".o_data_row:contains(30.00) button[name=action_resolve]",
            run: "click",
        },
        {
            content: "The entries to come are shown",
            trigger: ".modal .o_bridge_preview td:contains(30.00)",
        },
        {
            content: "What is known of both sides is shown",
            trigger: ".modal .o_field_widget[name=known] td:contains(C1)",
        },
        {
            content: "Other ways are offered",
            trigger: ".modal .o_field_widget[name=way] .o_selection_badge:nth-child(3)",
        },
        {
            content: "Do what is shown",
            trigger: ".modal button[name=action_resolve].btn-primary",
            run: "click",
        },
        {
            content: "It has left the list",
            trigger: "body:not(:has(.modal)) .o_list_view:not(:has(.o_data_row:contains(30.00)))",
        },
    ],
});

registry.category("web_tour.tours").add("payment_bridge_resolve_many", {
    steps: () => [
        openFirstGroup,
        {
            content: "Choose all of it",
            trigger: ".o_list_view thead .o_list_record_selector input",
            run: "click",
        },
        {
            content: "Resolve together",
            trigger: ".o_control_panel button[name=action_resolve_many]",
            run: "click",
        },
        {
            content: "Hold them",
            trigger: ".modal .o_field_widget[name=way] .o_selection_badge:first",
            run: "click",
        },
        {
            content: "The total is told",
            trigger: ".modal .o_field_widget[name=totals]:contains(42.00)",
        },
        {
            content: "Do it",
            trigger: ".modal button[name=action_run].btn-primary",
            run: "click",
        },
        {
            content: "It is done, and can be taken back",
            trigger: ".modal button[name=action_undo]:visible",
        },
    ],
});

registry.category("web_tour.tours").add("payment_bridge_clear_held", {
    steps: () => [
        {
            content: "Clear the row that is held",
            trigger: ".o_data_row button[name=action_clear]",
            run: "click",
        },
        {
            content: "To an account",
            trigger: ".modal .o_field_widget[name=way] input[data-value=account]",
            run: "click",
        },
        {
            content: "Which one",
            trigger: ".modal .o_field_widget[name=account_id] input",
            run: "edit TRT002",
        },
        {
            content: "Take it",
            trigger: ".o-autocomplete--dropdown-item:contains(Written off) a",
            run: "click",
        },
        {
            content: "Say why",
            trigger: ".modal .o_field_widget[name=note] input",
            run: "edit lost",
        },
        {
            content: "The entry is shown",
            trigger: ".modal .o_bridge_preview td:contains(TRT002)",
        },
        {
            content: "Clear",
            trigger: ".modal button[name=action_clear].btn-primary",
            run: "click",
        },
        {
            content: "Nothing is held any more",
            trigger: "body:not(:has(.modal)) .o_view_nocontent_smiling_face",
        },
    ],
});
