"""The suite lets nothing through that an attack got through, nor an attack that cannot bite."""

from dataclasses import replace

import pytest

from tests.core.release.register import register, released
from tincay.core.release.attacks import suite
from tincay.core.release.attacks.findings import Finding
from tincay.core.release.attacks.practices import RAW
from tincay.core.release.attacks.suite import Verdict, examine, prove

HELD = Finding("trackers", "ours", 0.0, 0.0, "figures")
THROUGH = replace(HELD, figure=3.0)
BITES = replace(THROUGH, practice="raw")


def test_a_release_of_ours_passes_and_says_what_was_tried() -> None:
    verdict = examine(released(1_500, micro_rho=25_000))
    assert verdict.passed, list(verdict.lines())
    names = {finding.attack for finding in verdict.findings}
    assert names >= {
        "differencing", "reconstruction", "membership", "attribute", "averaging", "trackers", "audit",
        "homogeneity", "dominance", "budget sum", "empty register", "noise shape",
    }  # fmt: skip


def test_every_attack_bites_on_unprotected_data() -> None:
    assert all(finding.succeeded for finding in prove())
    assert len(prove()) == len(suite.ATTACKS) + 1


def test_an_attack_that_got_through_stops_the_release() -> None:
    verdict = Verdict((HELD, THROUGH), (BITES,))
    assert not verdict.passed
    assert verdict.successes == (THROUGH,)
    assert "GOT THROUGH" in [line[4] for line in verdict.lines()]


def test_an_attack_that_is_weak_everywhere_stops_the_release_too() -> None:
    verdict = Verdict((HELD,), (replace(HELD, practice="raw"),))
    assert not verdict.passed
    assert "TOO WEAK" in [line[4] for line in verdict.lines()]


def test_a_verdict_without_trouble_passes() -> None:
    verdict = Verdict((HELD,), (BITES,))
    assert verdict.passed
    assert [line[4] for line in verdict.lines()] == ["result", "bites", "held"]


def test_the_true_rows_are_used_only_when_given(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[int] = []

    def watch(_practice: object, rows: object, _seed: int) -> Finding:
        seen.append(len(rows))  # type: ignore[arg-type]
        return HELD

    monkeypatch.setattr(suite, "ATTACKS", ((watch, RAW),))
    monkeypatch.setattr(suite, "membership_by_tables", lambda *_: HELD)
    monkeypatch.setattr(suite, "prove", lambda _seed: ())
    done = released(600)
    for truth in (None, register(700), register(50), register(50_000)):
        examine(done, truth)
    assert seen == [len(done.rows), 700, suite.PROVING_PEOPLE, 25_000]
