/** The matching workbench: a channel's open rows on the left, what the books know on the right, put together by hand. */
import { Component, onWillStart, useEffect, useRef, useState } from "@odoo/owl";
import { formatDate } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { useDebounced } from "@web/core/utils/timing";
import { useSetupAction } from "@web/search/action_hook";
import { Layout } from "@web/search/layout";
import { formatInteger } from "@web/views/fields/formatters";
import { formatCurrency } from "@web/core/currency";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";

import { hindrance } from "./hindrance";
import { keyTable, onKeydown } from "./keyboard";
import { Pane } from "./pane";
import { SettleBar } from "./settle_bar";
import { compare, minor } from "./sums";

const { DateTime } = luxon;
const MODEL = "payment.bridge.statement.line";
const NO_FILTERS = () => ({
    rows: { text: "", amount: "", difference: "", first_day: false, last_day: false, ids: false },
    books: { text: "", amount: "" },
});
const NO_REMAINDER = () => ({ way: "none", accountId: false, partnerId: false, note: "" });

export class Workbench extends Component {
    static template = "payment_bridge_reconcile.Workbench";
    static components = { Layout, Pane, SettleBar };
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.ui = useState(useService("ui"));
        this.root = useRef("root");
        this.asked = { rows: 0, books: 0, suggestions: 0 };
        const past = this.props.state || {};
        const context = this.props.action.context || {};
        Object.assign(this, { keys: keyTable(), onKeydown: (ev) => onKeydown(this, ev) });
        this.state = useState({
            channelId: past.channelId || context.workbench_channel_id || false,
            channels: [],
            classes: [],
            mayMatch: false,
            side: "rows",
            at: past.at || { rows: 0, books: 0 },
            filters: past.filters || NO_FILTERS(),
            wrong: { rows: false, books: false },
            rows: [],
            rowCount: 0,
            rowTotal: 0,
            books: [],
            moreBooks: false,
            suggestions: [],
            suggestedFor: false,
            chosenRows: {},
            chosenBooks: {},
            remainder: NO_REMAINDER(),
            done: [],
            busy: false,
            help: false,
            said: "",
            focusAsked: 0,
        });
        if (!past.filters && context.first_day) {
            Object.assign(this.state.filters.rows, { first_day: context.first_day, last_day: context.last_day });
        }
        this.askSoon = useDebounced((side) => this.loadSide(side), 250);
        this.suggestSoon = useDebounced(() => this.loadSuggestions(), 120);
        onWillStart(async () => {
            await this.open();
            if (context.workbench_line_id && !past.filters) {
                await this.pointAt(context.workbench_line_id);
            }
        });
        useEffect(
            () => this.root.el.querySelector(`.o_bridge_pane[data-side="${this.state.side}"] [role=listbox]`)?.focus(),
            () => [this.state.focusAsked]
        );
        useSetupAction({
            getLocalState: () => ({ channelId: this.state.channelId, filters: this.state.filters, at: { ...this.state.at } }),
        });
    }

    // -- asking the server -----------------------------------------------------------------

    /** The channels, and the open things of the chosen one. */
    async open() {
        const told = await this.orm.call(MODEL, "workbench_open", [this.state.channelId]);
        this.state.channels = told.channels;
        this.state.classes = told.classes;
        this.state.mayMatch = told.may_match;
        this.state.channelId = told.channel_id;
        await this.reload();
    }

    /** The answer of a question, or null when it was asked anew meanwhile. */
    async ask(name, question) {
        const number = ++this.asked[name];
        const told = await question;
        return number === this.asked[name] ? told : null;
    }

    async reload() {
        if (this.state.channelId) {
            await this.loadRows();
            await this.loadBooks();
        }
    }

    loadSide(side) {
        return side === "rows" ? this.loadRows() : this.loadBooks();
    }

    async loadRows(offset = 0) {
        const { channelId, filters } = this.state;
        const told = await this.ask("rows", this.orm.call(MODEL, "workbench_rows", [channelId, filters.rows, offset]));
        if (!told) {
            return;
        }
        const kept = offset ? this.state.rows : [];
        Object.assign(this.state, { rows: [...kept, ...told.items], rowCount: told.count, rowTotal: told.total });
        this.state.wrong.rows = told.bad_amount;
        this.state.at.rows = Math.min(this.state.at.rows, Math.max(this.state.rows.length - 1, 0));
        await this.loadSuggestions();
    }

    /** The books of the direction that is looked at. */
    async loadBooks() {
        const incoming = this.incoming;
        const filters = { ...this.state.filters.books, ...(incoming === null ? {} : { incoming }) };
        const told = await this.ask("books", this.orm.call(MODEL, "workbench_books", [this.state.channelId, filters]));
        if (!told) {
            return;
        }
        Object.assign(this.state, { books: told.items, moreBooks: told.more });
        this.state.wrong.books = told.bad_amount;
        this.booksIncoming = incoming;
        this.state.at.books = Math.min(this.state.at.books, Math.max(this.entries.length - 1, 0));
    }

    async loadSuggestions() {
        const row = this.activeRow;
        if (!row) {
            Object.assign(this.state, { suggestions: [], suggestedFor: false });
            return;
        }
        const found = await this.ask("suggestions", this.orm.silent.call(MODEL, "workbench_suggest", [row.id]));
        if (!found) {
            return;
        }
        Object.assign(this.state, { suggestions: found, suggestedFor: row.id });
        this.state.at.books = 0;
        if (this.booksIncoming !== undefined && this.booksIncoming !== this.incoming) {
            await this.loadBooks();
        }
    }

    // -- what is shown -------------------------------------------------------------------------

    get channel() {
        return this.state.channels.find((one) => one.id === this.state.channelId);
    }

    get currencyId() {
        return this.channel?.currency_id || false;
    }

    get activeRow() {
        return this.state.rows[this.state.at.rows];
    }

    /** Whether money in is looked at; null when nothing is. */
    get incoming() {
        const row = Object.values(this.state.chosenRows)[0] || this.activeRow;
        return row ? row.gross > 0 : null;
    }

    /** The right side: what is suggested for the row, best first, then everything else. */
    get entries() {
        const own = this.state.suggestedFor === this.activeRow?.id ? this.state.suggestions : [];
        const plain = !this.state.filters.books.text && !this.state.filters.books.amount;
        const suggested = (plain ? own : []).map((one, place) => ({
            key: `suggestion-${place}-${one.books.map((book) => book.key).join("-")}`,
            best: place === 0,
            ...one,
        }));
        const shown = new Set(suggested.filter((one) => one.books.length === 1).map((one) => one.books[0].key));
        const others = this.state.books.filter((book) => !shown.has(book.key));
        return [...suggested, ...others.map((book) => ({ key: book.key, books: [book], lines: [] }))];
    }

    get rowEntries() {
        return this.state.rows.map((row) => ({ key: `row-${row.id}`, row }));
    }

    get rowsText() {
        const { rowCount, rowTotal } = this.state;
        return rowCount ? `${formatInteger(rowCount)} · ${formatCurrency(rowTotal, this.currencyId)}` : "";
    }

    channelText(channel) {
        return channel.open ? `${channel.name} (${formatInteger(channel.open)})` : channel.name;
    }

    get isFiltered() {
        return Object.values(this.state.filters.rows).some(Boolean);
    }

    /** Point at a row; where it is not among those shown, show it alone. */
    async pointAt(id) {
        const find = () => this.state.rows.findIndex((row) => row.id === id);
        if (find() < 0) {
            this.state.filters.rows.ids = [id];
            await this.loadRows();
        }
        this.state.at.rows = Math.max(find(), 0);
        await this.loadSuggestions();
    }

    /** To what the rows are narrowed down besides what stands in the fields. */
    get narrowedText() {
        const { first_day: first, last_day: last, ids } = this.state.filters.rows;
        if (ids) {
            return _t("one row");
        }
        if (!first) {
            return "";
        }
        const shown = (day) => formatDate(DateTime.fromISO(day));
        return first === last ? shown(first) : `${shown(first)} – ${shown(last)}`;
    }

    showAll() {
        Object.assign(this.state.filters.rows, { first_day: false, last_day: false, ids: false });
        return this.loadRows();
    }

    // -- choosing --------------------------------------------------------------------------------

    isRowChosen = (entry) => Boolean(this.state.chosenRows[entry.row.id]);

    isBookChosen = (entry) => entry.books.every((book) => this.state.chosenBooks[book.key]);

    toggleRow(index) {
        const row = this.state.rows[index];
        if (!row) {
            return;
        }
        if (this.state.chosenRows[row.id]) {
            delete this.state.chosenRows[row.id];
        } else {
            this.state.chosenRows[row.id] = row;
        }
        this.settle();
    }

    toggleBook(index) {
        const entry = this.entries[index];
        if (!entry) {
            return;
        }
        if (this.isBookChosen(entry)) {
            entry.books.forEach((book) => delete this.state.chosenBooks[book.key]);
        } else {
            entry.books.forEach((book) => (this.state.chosenBooks[book.key] = book));
            this.chooseRowsFor(entry);
        }
        this.settle();
    }

    /** A suggestion is about the row that is pointed at, and the other parts of the same payment. */
    chooseRowsFor(entry) {
        if (!entry.why || !this.activeRow) {
            return;
        }
        const ids = [this.activeRow.id, ...entry.lines];
        this.state.rows.filter((row) => ids.includes(row.id)).forEach((row) => (this.state.chosenRows[row.id] = row));
    }

    acceptBest() {
        const best = this.entries[0];
        if (!best?.why) {
            return this.say(_t("Nothing is suggested for this row."));
        }
        this.letGo();
        this.state.at.books = 0;
        this.toggleBook(0);
    }

    letGo() {
        Object.assign(this.state, { chosenRows: {}, chosenBooks: {}, remainder: NO_REMAINDER() });
    }

    /** Forget what was said of a remainder that is not there any more. */
    settle() {
        if (this.choice.rest === 0) {
            this.state.remainder = NO_REMAINDER();
        }
    }

    // -- what it adds up to ---------------------------------------------------------------------------

    /** The rows that would be matched: those chosen, or the one pointed at once something is chosen for it. */
    get effectiveRows() {
        const chosen = Object.values(this.state.chosenRows);
        const hasBooks = Object.keys(this.state.chosenBooks).length;
        return chosen.length || !hasBooks || !this.activeRow ? chosen : [this.activeRow];
    }

    get choice() {
        const rows = this.effectiveRows;
        const books = Object.values(this.state.chosenBooks);
        const units = (amount) => minor(amount, this.currencyId);
        return {
            rowCount: rows.length,
            bookCount: books.length,
            ...compare(
                rows.map((row) => units(row.gross)),
                books.map((book) => units(book.amount))
            ),
        };
    }

    /** Why what is chosen cannot be matched yet, in a sentence; empty when it can. */
    get whyNot() {
        return hindrance(this.choice, this.state.remainder, this.state.mayMatch);
    }

    get canMatch() {
        return !this.whyNot && !this.state.busy;
    }

    // -- acting ------------------------------------------------------------------------------------------

    async match() {
        if (!this.canMatch) {
            return this.say(this.whyNot);
        }
        const rows = this.effectiveRows;
        const books = Object.values(this.state.chosenBooks);
        const { way, accountId, partnerId, note } = this.state.remainder;
        const remainder = { way, account_id: accountId, partner_id: partnerId, note };
        await this.act(async () => {
            const ids = await this.orm.call(MODEL, "workbench_match", [
                rows.map((row) => row.id),
                books.map((book) => [book.kind, book.id]),
                remainder,
            ]);
            const names = books.length ? books.map((book) => book.name || book.number).join(", ") : _t("an account");
            this.state.done.push({ ids, names });
            this.letGo();
            this.say(_t("Matched with %s.", names));
        });
    }

    async undo() {
        // asked for before a match is through, it takes back that one; who asked for the match is told when it fails
        await Promise.allSettled([this.working]);
        const last = this.state.done.at(-1);
        if (!last) {
            return this.say(_t("Nothing of this visit is left to take back."));
        }
        await this.act(async () => {
            await this.orm.call(MODEL, "workbench_undo", [last.ids]);
            this.state.done.pop();
            this.letGo();
            this.say(_t("Taken back: %s.", last.names));
        });
    }

    /** Do something once, and show what is open then, whether it went well or not. */
    act(deed) {
        if (!this.state.busy) {
            this.state.busy = true;
            this.working = this.finish(deed).finally(() => (this.working = null));
        }
        return this.working;
    }

    async finish(deed) {
        try {
            await deed();
        } finally {
            try {
                await this.open();
            } finally {
                this.state.busy = false;
            }
            this.focusSide("rows");
        }
    }

    /** Leave the chosen rows, or the one that is pointed at, out of the books. */
    async leaveOut() {
        const chosen = Object.values(this.state.chosenRows);
        const rows = chosen.length ? chosen : [this.activeRow].filter(Boolean);
        if (!rows.length || !this.state.mayMatch) {
            return;
        }
        const action = await this.orm.call(MODEL, "action_ignore", [rows.map((row) => row.id)]);
        await this.action.doAction(action, {
            onClose: () => {
                this.letGo();
                return this.open();
            },
        });
    }

    say(words) {
        this.state.said = words;
    }

    async setChannel(id) {
        this.state.channelId = Number(id);
        this.state.filters = NO_FILTERS();
        this.state.at = { rows: 0, books: 0 };
        this.letGo();
        await this.open();
        this.focusSide("rows");
    }

    setFilter(side, name, value) {
        this.state.filters[side][name] = value;
        this.state.at[side] = 0;
        this.askSoon(side);
    }

    moreRows() {
        return this.loadRows(this.state.rows.length);
    }

    openRow() {
        const row = this.activeRow;
        return (
            row &&
            this.action.doAction({
                type: "ir.actions.act_window",
                res_model: MODEL,
                res_id: row.id,
                views: [[false, "form"]],
                target: "current",
            })
        );
    }

    openCockpit() {
        return this.action.doAction("payment_bridge_reconcile.action_cockpit");
    }

    // -- by keyboard ---------------------------------------------------------------------------------------

    focusSide(side) {
        this.state.side = side;
        this.state.focusAsked++;
    }

    focusSearch(side) {
        this.root.el.querySelector(`.o_bridge_pane[data-side="${side}"] input[name=text]`)?.focus();
    }

    toggleHelp() {
        this.state.help = !this.state.help;
    }

    toggleFee() {
        const { remainder } = this.state;
        if (this.choice.rest && this.choice.bookCount) {
            remainder.way = remainder.way === "fee" ? "none" : "fee";
        }
    }

    point(side, index) {
        this.say("");
        const count = side === "rows" ? this.state.rows.length : this.entries.length;
        const next = Math.max(0, Math.min(index, count - 1));
        if (side === "rows" && next !== this.state.at.rows) {
            this.state.at.rows = next;
            this.suggestSoon();
        } else {
            this.state.at[side] = next;
        }
    }
}

registry.category("actions").add("payment_bridge_reconcile.workbench", Workbench);
