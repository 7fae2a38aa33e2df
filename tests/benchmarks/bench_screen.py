"""Screening: names a second against a list of 20,000, and what is found of names written otherwise.

Ours is `screening.matching.NameIndex.search`, as the add-on calls it. The floor is what one would write with
`rapidfuzz` alone: its C++ loop over all 20,000 names with word order and case evened out. Both search the same
strangers, in turns.

Recall is measured on listed names that were written otherwise in eleven ways, at the threshold that a new list has; the
rate of false positives on strangers from the same stock of syllables and trades, at the same threshold.
"""

from __future__ import annotations

import json
import statistics
import sys
import time

from rapidfuzz import fuzz, process, utils

import bare_addons
from screening.people import People

bare_addons.prepare()

LISTED = 20_000
STRANGERS = 1500
VARIANTS = 400  # of each way
FLOOR_NAMES = 60
ROUNDS = 5
THRESHOLD = 85  # payment.bridge.screening.list.threshold, its default


def main() -> None:
    from odoo.addons.payment_bridge.screening.matching import NameIndex

    people = People(1)
    listed = people.names(LISTED)
    known = set(listed)
    started = time.perf_counter()
    index = NameIndex(enumerate([name] for name in listed))
    build = time.perf_counter() - started
    strangers = [name for name in People(2).names(STRANGERS) if name not in known]
    plain = [utils.default_process(name) for name in listed]
    ours, floor = [], []
    for number in range(ROUNDS):
        part = strangers[number::ROUNDS]
        started = time.perf_counter()
        for name in part:
            index.search(name, THRESHOLD)
        ours.append(len(part) / (time.perf_counter() - started))
        started = time.perf_counter()
        for name in part[:FLOOR_NAMES]:
            process.extract(
                utils.default_process(name), plain, scorer=fuzz.token_sort_ratio, score_cutoff=THRESHOLD, limit=None
            )
        floor.append(FLOOR_NAMES / (time.perf_counter() - started))
        print(f"round {number + 1}: {ours[-1]:.0f} of {floor[-1]:.0f} names a second", flush=True)
    latin = [name for name in strangers if name.isascii()]
    chinese = [name for name in strangers if not name.isascii()]
    recall = {}
    sample = [(number, name) for number, name in enumerate(listed) if name.isascii()]
    for way, write in people.variants().items():
        chosen = people.random.sample(sample, VARIANTS)
        hits = [any(hit.entry == number for hit in index.search(write(name), THRESHOLD)) for number, name in chosen]
        recall[way] = round(sum(hits) / len(hits), 4)

    def false_positives(names: list[str]) -> float:
        return round(sum(bool(index.search(name, THRESHOLD)) for name in names) / len(names), 4)

    figures = {
        "name": "screen",
        "ours": round(statistics.median(ours)),
        "floor": round(statistics.median(floor)),
        "ratio": round(statistics.median(ours) / statistics.median(floor), 1),
        "unit": "names/s",
        "how": (
            f"medians of {ROUNDS} interleaved rounds against {LISTED} names; floor: rapidfuzz.process.extract with"
            f" token_sort_ratio over all of them; threshold {THRESHOLD}"
        ),
        "listed": LISTED,
        "index_seconds": round(build, 1),
        "recall": round(statistics.mean(recall.values()), 4),
        "recall_by_way": recall,
        "false_positive_rate": false_positives(latin),
        "false_positive_rate_chinese": false_positives(chinese),
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    sys.exit(main())
