"""What a run came to, for people: in a terminal, and as the tables of docs/reliability.md."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from chaos.mutants import Mutant
from chaos.outcome import Counts, Outcome

MIB = 2**20


def shown(outcome: Outcome) -> RenderableType:
    """All that a person wants to know at the end of a run."""
    return Group(
        Text(f"Faults: {timeline_words(outcome)}"),
        Text(f"\n{counts_words(outcome.counts)}\n"),
        verdict_table(outcome),
        Text(f"Again: {outcome.command}"),
    )


def timeline_words(outcome: Outcome) -> str:
    """Each fault: when, what and to whom."""
    begun = [entry for entry in outcome.faults if entry.what == "begun"]
    words = " · ".join(f"{entry.at:.0f} s {entry.kind} {entry.target}" for entry in begun)
    failed = {f"{entry.kind} ({entry.note})" for entry in outcome.faults if entry.what == "failed"}
    return (words or "none") + (f"\nCould not be made here: {'; '.join(sorted(failed))}" if failed else "")


def counts_words(counts: Counts) -> str:
    """The counts in a few sentences."""
    return (
        f"{counts.orders} lives with {counts.events} events, posted {counts.posts} times: "
        f"{counts.acknowledged} acknowledged ({counts.repeated} of them repeated), {counts.refused} refused, "
        f"{counts.unknown} unknown; {counts.forged} forged; {counts.placed} calls to place an order. "
        f"{counts.faults} faults with {counts.kills} kills; "
        f"{counts.below_min_isr} acknowledged while two brokers were dead. "
        f"{counts.frames} frames to {counts.clients} clients. "
        f"{counts.rate:.0f} events/s over {counts.sending_seconds:.0f} s; {counts.seconds:.0f} s in all, "
        f"{counts.peak_bytes / MIB:.0f} MiB at the most."
    )


def verdict_table(outcome: Outcome) -> Table:
    """A line for each promise."""
    held = "every promise held" if outcome.ok else "BROKEN: " + ", ".join(outcome.verdict.broken)
    table = Table(title=f"seed {outcome.options.seed}: {held}", title_justify="left")
    table.add_column("")
    table.add_column("promise")
    table.add_column("looked at", justify="right")
    table.add_column("what broke it", overflow="fold")
    for check in outcome.verdict.checks:
        mark = Text("✓", "green") if check.ok else Text("✗", "red")
        table.add_row(mark, check.name, str(check.counted), Text(check.detail))
    return table


def seeds_markdown(outcomes: Sequence[Outcome]) -> str:
    """A line for each seed, and one for each promise over all of them."""
    lines = [
        "| seed | events | posts acknowledged | forged | faults | kills | events/s | seconds | verdict |",
        "|---:|---:|---:|---:|---:|---:|---:|---:|---|",
        *(_seed_line(outcome) for outcome in outcomes),
        _sum_line([outcome.counts for outcome in outcomes]),
        "",
        "| promise | looked at | broken in |",
        "|---|---:|---|",
        *_promise_lines(outcomes),
    ]
    return "\n".join(lines)


def mutants_markdown(outcomes: Iterable[tuple[Mutant, Outcome | None]]) -> str:
    """A line for each mutant: its name, what it does wrong, and which of the promises that it breaks caught it."""
    lines = ["| mutant | what it does wrong | verdict | caught by |", "|---|---|---|---|"]
    lines += [f"| `{one.name}` | {one.story} | {_caught(one, outcome)} |" for one, outcome in outcomes]
    return "\n".join(lines)


def _seed_line(outcome: Outcome) -> str:
    counts = outcome.counts
    verdict = "green" if outcome.ok else "**red**: " + ", ".join(outcome.verdict.broken)
    return (
        f"| {outcome.options.seed} | {counts.events} | {counts.acknowledged} | {counts.forged} | {counts.faults} "
        f"| {counts.kills} | {counts.rate:.0f} | {counts.seconds:.0f} | {verdict} |"
    )


def _sum_line(counts: Sequence[Counts]) -> str:
    sums = [
        sum(getattr(one, name) for one in counts) for name in ("events", "acknowledged", "forged", "faults", "kills")
    ]
    return f"| all | {' | '.join(map(str, sums))} | | {sum(one.seconds for one in counts):.0f} | |"


def _promise_lines(outcomes: Sequence[Outcome]) -> Iterable[str]:
    counted: dict[str, int] = defaultdict(int)
    broken: dict[str, list[int]] = defaultdict(list)
    for outcome in outcomes:
        for check in outcome.verdict.checks:
            counted[check.name] += check.counted
            if not check.ok:
                broken[check.name].append(outcome.options.seed)
    for name, count in counted.items():
        seeds = ", ".join(f"seed {seed}" for seed in broken[name])
        yield f"| {name} | {count} | {seeds or '–'} |"


def _caught(mutant: Mutant, outcome: Outcome | None) -> str:
    if outcome is None:
        return "not run yet | "
    if not mutant.is_caught_by(outcome.verdict):
        return f"**not noticed** | {', '.join(outcome.verdict.broken)}"
    return "red | " + ", ".join(outcome.verdict.broken)
