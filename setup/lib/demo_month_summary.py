"""What became of the demo's month: per class, how many differences were made, how many the evidence settled, and how
many wait for a person with a proposal. Read through the door that the browser uses."""

from collections import Counter, defaultdict
from typing import Any

from demo_month_plan import Month
from demo_month_rows import BY_ITSELF, CHANNELS, PERSON
from rpc import Person

CELLS = ("rows", "open", "to_post", "posted")


def summarise(clerk: Person, month: Month) -> dict[str, Any]:
    """Compare what was made with what the engine has found. ``ok``: every class was found, what the evidence can settle
    is settled, and each of the others waits with a proposal."""
    channels = clerk.search("payment.bridge.channel", [("name", "in", list(CHANNELS.values()))])
    found = clerk.search_read(
        "payment.bridge.difference",
        [("channel_id", "in", channels)],
        ["difference", "state", "proposal", "treatment_id"],
    )
    by_itself = set(clerk.search("payment.bridge.treatment", [("by_itself", "=", True), ("state", "=", "done")]))
    seen: dict[str, Counter[str]] = defaultdict(Counter)
    for one in found:
        settled = one["state"] == "closed" or bool(one["treatment_id"]) and one["treatment_id"][0] in by_itself
        seen[one["difference"]]["seen"] += 1
        seen[one["difference"]]["settled"] += settled
        seen[one["difference"]]["waiting"] += one["state"] == "open"
        seen[one["difference"]]["proposed"] += one["state"] == "open" and bool(one["proposal"])
    classes = {
        difference: {
            "made": made[BY_ITSELF] + made[PERSON],
            "treated_by_itself": seen[difference]["settled"],
            "waiting_with_proposal": seen[difference]["proposed"],
            "waiting_without_proposal": seen[difference]["waiting"] - seen[difference]["proposed"],
            "as_told": seen[difference]["settled"] >= made[BY_ITSELF] and seen[difference]["proposed"] == made[PERSON],
        }
        for difference, made in sorted(_made(month).items())
    }
    grid = clerk.call("payment.bridge.cockpit", "cockpit_data", str(month.days[-1]), len(month.days))
    rows = [
        {
            "channel": row["name"],
            **{name: row["total"][name] for name in CELLS},
            "explained": round(row["total"]["explained"] or 0, 4),
            "days_answered": row["total"]["answered"],
            "differences": row["differences"],
        }
        for row in grid["channels"]
        if row["id"] in channels
    ]
    return {
        "ok": all(one["as_told"] for one in classes.values()) and len(rows) == len(CHANNELS),
        "days": [str(month.days[0]), str(month.days[-1])],
        "classes": classes,
        "channels": rows,
    }


def _made(month: Month) -> dict[str, Counter[str]]:
    made: dict[str, Counter[str]] = defaultdict(Counter)
    for (difference, left_to), count in month.counts.items():
        made[difference][left_to] = count
    return made


def render(summary: dict[str, Any]) -> list[str]:
    """The summary as lines for people."""
    lines = [f"  The month from {summary['days'][0]} to {summary['days'][1]}:"]
    for row in summary["channels"]:
        lines.append(
            f"  {row['channel']}: {row['rows']} rows, {row['explained']:.1%} explained, {row['posted']} posted,"
            f" {row['differences']} differences open"
        )
    for difference, one in summary["classes"].items():
        lines.append(
            f"    {difference:18} made {one['made']:2}   settled by itself {one['treated_by_itself']:2}   waiting with"
            f" a proposal {one['waiting_with_proposal']:2}{'' if one['as_told'] else '   NOT AS MADE'}"
        )
    return lines
