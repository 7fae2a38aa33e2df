/** How a cell's figures read, for the eye and for a screen reader. */
import { _t } from "@web/core/l10n/translation";
import { formatFloat, humanNumber } from "@web/core/utils/numbers";
import { formatInteger } from "@web/views/fields/formatters";

/** The explained share in per cent; never 100 while a row is open. */
export function shareText(figures) {
    if (figures.explained === null) {
        return "";
    }
    const percent = figures.explained * 100;
    const shown = figures.open ? Math.min(Math.floor(percent * 10) / 10, 99.9) : percent;
    return `${formatFloat(shown, { digits: [1, shown === 100 || shown === 0 ? 0 : 1] })} %`;
}

/** A count that fits into a cell. */
export function countText(count) {
    return count < 10000 ? formatInteger(count) : humanNumber(count, { decimals: 1, minDigits: 1 });
}

/** What stands in a cell without rows. */
export function stateText(cell) {
    return {
        empty: _t("no movement"),
        refused: _t("refused"),
        missing: _t("missing"),
        waiting: _t("expected"),
        none: "",
        loaded: cell.rows ? "" : _t("no rows"),
    }[cell.state];
}

/** What is to be done with a cell's rows, or that nothing is. */
export function todoText(cell) {
    if (cell.open) {
        return _t("%s open", countText(cell.open));
    }
    if (!cell.to_post) {
        return _t("posted");
    }
    return cell.to_post === cell.rows ? _t("to post") : _t("%s to post", countText(cell.to_post));
}

/** How many differences a channel has, and how many are late. */
export function differencesText(row) {
    const differences = _t("differences: %s", formatInteger(row.differences));
    return row.overdue ? `${differences} · ${_t("%s overdue", formatInteger(row.overdue))}` : differences;
}

/** The sign of the balance proof: a shape besides the colour. */
export function proofSign(cell) {
    return {
        proven: { icon: "fa fa-check-circle", glyph: "", tone: "text-success", words: _t("balance proven") },
        posting: { icon: "fa fa-clock-o", glyph: "", tone: "text-info", words: _t("balance proven once posted") },
        gap: { icon: "fa fa-chain-broken", glyph: "", tone: "text-danger", words: _t("rows are missing") },
        books: { icon: "fw-bold", glyph: "≠", tone: "text-danger", words: _t("books differ") },
    }[cell.proof];
}

/** The class that colours a cell: by the worst that is known of it. */
export function tone(cell) {
    if (["missing", "refused"].includes(cell.state)) {
        return "o_bridge_missing";
    }
    if (cell.state !== "loaded") {
        return `o_bridge_${cell.state}`;
    }
    if (["gap", "books"].includes(cell.proof)) {
        return "o_bridge_broken";
    }
    if (cell.open) {
        return "o_bridge_open";
    }
    return cell.to_post ? "o_bridge_to_post" : "o_bridge_done";
}

/** A whole cell in one sentence. */
export function cellLabel(row, cell) {
    const parts = [row.name, cell.label];
    if (cell.state === "loaded" && cell.rows) {
        parts.push(_t("%s rows", formatInteger(cell.rows)), _t("%s explained", shareText(cell)));
        if (cell.open) {
            parts.push(_t("%s open", formatInteger(cell.open)));
        }
    } else {
        parts.push(stateText(cell) || _t("nothing expected"));
    }
    const sign = proofSign(cell);
    if (sign) {
        parts.push(sign.words);
    }
    return parts.join(", ");
}
