/** What chosen rows and books add up to, counted in the currency's smallest units. */
import { getCurrency } from "@web/core/currency";

/** An amount in smallest units, as a whole number. */
export function minor(amount, currencyId) {
    const digits = getCurrency(currencyId)?.digits?.[1] ?? 2;
    return Math.round(amount * 10 ** digits);
}

/** Smallest units as an amount. */
export function major(units, currencyId) {
    const digits = getCurrency(currencyId)?.digits?.[1] ?? 2;
    return units / 10 ** digits;
}

/** Whether as many rows as books agree one by one. */
function agreeByPairs(rows, books) {
    const sorted = (amounts) => [...amounts].sort((one, other) => one - other);
    const others = sorted(books);
    return rows.length === books.length && sorted(rows).every((amount, place) => amount === others[place]);
}

/**
 * How rows and books stand to each other.
 *
 * @param {number[]} rows gross amounts of the chosen rows, in smallest units
 * @param {number[]} books amounts of the chosen books, in smallest units
 * @returns {{rows: number, books: number, rest: number, mixed: boolean, tangled: boolean}} `rest` is what of the rows
 *  is left; `mixed` says that money in and out were chosen together; `tangled` that several stand against several
 *  that do not agree pair by pair
 */
export function compare(rows, books) {
    const sum = (amounts) => amounts.reduce((total, amount) => total + amount, 0);
    const signs = new Set([...rows, ...books].map(Math.sign).filter(Boolean));
    return {
        rows: sum(rows),
        books: sum(books),
        rest: sum(rows) - sum(books),
        mixed: signs.size > 1,
        tangled: rows.length > 1 && books.length > 1 && !agreeByPairs(rows, books),
    };
}
