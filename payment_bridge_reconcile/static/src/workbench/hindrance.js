/** Why what is chosen in the workbench cannot be matched. */
import { _t } from "@web/core/l10n/translation";

/** A sentence that says what is missing; empty when nothing is. `choice` is what the chosen rows and books add up to. */
export function hindrance(choice, remainder, mayMatch) {
    const { rowCount, bookCount, rest, books, mixed, tangled } = choice;
    const { way, accountId, note } = remainder;
    if (!mayMatch) {
        return _t("You may look, but matching needs the role of a clerk.");
    }
    if (!rowCount) {
        return _t("Choose a row on the left, then what explains it on the right.");
    }
    if (mixed) {
        return _t("Money in and money out do not explain each other.");
    }
    if (tangled) {
        return _t("Several rows and several payments agree only pair by pair, and these do not.");
    }
    if (way === "account") {
        if (rest !== 0 && !accountId) {
            return _t("Choose the account for the remainder.");
        }
        return rest !== 0 && !note.trim() ? _t("Say why it belongs to that account.") : "";
    }
    if (!bookCount) {
        return _t("Choose what explains it on the right, or book it to an account.");
    }
    if (rest === 0) {
        return "";
    }
    if (way === "fee") {
        return Math.abs(rest) >= Math.abs(books) ? _t("A fee as large as the payment is none.") : "";
    }
    return _t("It does not add up yet. Choose more, or say what the remainder is.");
}
