/** The workbench by keyboard: what the keys mean in a list, and the table that says so. */
import { _t } from "@web/core/l10n/translation";

const PAGE = 10;
const FIELDS = "input, select, textarea";

/** The keys and what they do, as pairs for people. */
export function keyTable() {
    return [
        [_t("↑ ↓ or k j"), _t("move")],
        [_t("Space"), _t("choose, or let go")],
        [_t("Tab"), _t("the other side")],
        ["a", _t("choose the best suggestion")],
        [_t("Enter"), _t("match what is chosen")],
        ["f", _t("the remainder is a fee")],
        ["x", _t("leave rows out, with a reason")],
        ["o", _t("open the row")],
        ["u", _t("take the last match back")],
        ["/", _t("search on this side")],
        ["Esc", _t("let everything go")],
        ["?", _t("show these keys")],
    ];
}

/** Carry out what a key means, where it is not the browser's. */
export function onKeydown(workbench, ev) {
    if (ev.ctrlKey || ev.metaKey || ev.altKey) {
        return;
    }
    if (!ev.target.closest?.("[role=listbox]")) {
        if (ev.key === "Escape" && ev.target.closest?.(FIELDS)) {
            ev.preventDefault();
            workbench.focusSide(workbench.state.side);
        } else if (ev.key === "?" && !ev.target.closest?.(FIELDS)) {
            workbench.toggleHelp();
        }
        return;
    }
    const act = actionOf(workbench, ev);
    if (act) {
        ev.preventDefault();
        ev.stopPropagation();
        act();
    }
}

/** What a key means in a list; nothing for keys that are the browser's. */
function actionOf(workbench, ev) {
    const { side } = workbench.state;
    const at = workbench.state.at[side];
    const go = (index) => () => workbench.point(side, index);
    if (ev.key === "Tab") {
        return ev.shiftKey ? null : () => workbench.focusSide(side === "rows" ? "books" : "rows");
    }
    return {
        ArrowDown: go(at + 1),
        j: go(at + 1),
        ArrowUp: go(at - 1),
        k: go(at - 1),
        PageDown: go(at + PAGE),
        PageUp: go(at - PAGE),
        Home: go(0),
        End: go(Infinity),
        " ": () => (side === "rows" ? workbench.toggleRow(at) : workbench.toggleBook(at)),
        a: () => workbench.acceptBest(),
        f: () => workbench.toggleFee(),
        x: () => workbench.leaveOut(),
        o: () => workbench.openRow(),
        Enter: () => workbench.match(),
        u: () => workbench.undo(),
        "/": () => workbench.focusSearch(side),
        "?": () => workbench.toggleHelp(),
        Escape: () => (workbench.state.help ? workbench.toggleHelp() : workbench.letGo()),
    }[ev.key];
}
