from dataclasses import replace

import pytest

from bench.model import OURS, Case, Figure, Must, Sample, Scenario
from bench.outcome import Section
from bench.pages import BEGIN, END, _put
from bench.pictures import bars
from bench.rounds import measured
from bench.tables import heads, markdown, must_rows, rows

PEER = "the peer"
SCENARIO = Scenario(
    name="try",
    title="A try",
    contestants=(OURS, PEER),
    figures=(Figure("rate", "events/s", "more"), Figure("p99", "p99 ms", "less", 1)),
    cases=(Case("busy", {"connections": 64}), Case("alone", only=(OURS,))),
    musts=(Must("busy", "rate", PEER, at_least=2), Must("busy", "p99", PEER, at_most=1.5)),
    seconds=1,
    open=lambda _: pytest.fail("nobody opens it"),
)


def section(*ours: float, theirs: float = 100) -> Section:
    samples = [Sample("busy", OURS, {"rate": rate, "p99": 3}) for rate in ours]
    return Section(SCENARIO, [*samples, Sample("busy", PEER, {"rate": theirs, "p99": 2})], {})


def test_a_ratio_is_that_of_the_medians() -> None:
    assert section(100, 1000, 300).ratio("busy", "rate", PEER) == 3


def test_a_must_is_met_from_its_bound_on() -> None:
    assert [section(rate).is_met(SCENARIO.musts[0]) for rate in (199, 200)] == [False, True]
    assert section(200).is_met(SCENARIO.musts[1]) is True


def test_a_must_without_a_peer_is_about_our_own_median() -> None:
    must = Must("busy", "p99", at_most=3)
    told = section(100)
    assert told.reached(must) == 3
    assert [told.is_met(must), told.is_met(replace(must, at_most=2.9))] == [True, False]
    alone = replace(SCENARIO, musts=(must,))
    assert list(must_rows(replace(told, scenario=alone))) == [["p99 ms, at busy", "≤ 3", "3.00", "yes"]]


def test_a_must_may_be_about_our_own_figure_at_another_load() -> None:
    must = Must("alone", "p99", at_most=1.5, than="busy")
    told = section(100)
    slower = replace(told, samples=[*told.samples, Sample("alone", OURS, {"rate": 1, "p99": 6})])
    assert told.reached(must) is None
    assert [slower.reached(must), slower.is_met(must)] == [2, False]
    lone = replace(slower, scenario=replace(SCENARIO, musts=(must,)))
    assert list(must_rows(lone)) == [["p99 ms, at alone, against busy", "≤ 1.5×", "2.00×", "NO"]]


def test_a_must_that_was_not_measured_is_neither_met_nor_missed() -> None:
    assert Section(SCENARIO, [], {}).is_met(SCENARIO.musts[0]) is None


def test_tables_show_medians_with_their_spread_and_leave_out_who_took_no_part() -> None:
    told = section(100, 1000, 300)
    assert list(rows(told)) == [
        ["busy", OURS, "300 (100–1,000)", "3.0 (3.0–3.0)"],
        ["busy", PEER, "100 (100–100)", "2.0 (2.0–2.0)"],
    ]
    assert [row[1:] for row in must_rows(told)] == [["≥ 2×", "3.00×", "yes"], ["≤ 1.5×", "1.50×", "yes"]]
    assert markdown(heads(told), rows(told)).splitlines()[1] == "| --- | --- | ---: | ---: |"


def test_a_picture_has_a_bar_for_each_who_took_part() -> None:
    assert bars(section(300)).count("<rect") == 2


def test_a_page_keeps_what_stands_around_the_figures() -> None:
    page = f"before\n{BEGIN.format('try')}\nold\n{END}\nafter"
    assert _put(page, "try", "new") == f"before\n{BEGIN.format('try')}\n\nnew\n\n{END}\nafter"
    with pytest.raises(ValueError, match="no place for other"):
        _put(page, "other", "new")


class Turns:
    """Notes whose turn it is."""

    def __init__(self) -> None:
        self.taken: list[tuple[str, str]] = []

    async def sample(self, contestant: str, case: Case, seconds: float) -> dict[str, float]:
        self.taken.append((case.name, contestant))
        return {"rate": seconds}

    async def verify(self) -> dict[str, str]:
        return {}


async def test_everybody_takes_turns_and_none_is_always_first() -> None:
    turns = Turns()
    samples = await measured(SCENARIO, turns, SCENARIO.cases, repetitions=2, seconds=1, tell=lambda _: None)
    assert turns.taken == [
        ("busy", OURS),
        ("busy", PEER),
        ("busy", PEER),
        ("busy", OURS),
        ("alone", OURS),
        ("alone", OURS),
    ]
    assert len(samples) == 6


async def test_a_load_that_is_many_samples_by_itself_is_put_on_each_once() -> None:
    turns = Turns()
    once = replace(SCENARIO, cases=(Case("busy", once=True),))
    await measured(once, turns, once.cases, repetitions=5, seconds=1, tell=lambda _: None)
    assert turns.taken == [("busy", OURS), ("busy", PEER)]
