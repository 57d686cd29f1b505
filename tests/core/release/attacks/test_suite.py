"""The suite lets nothing through that an attack got through, nor an attack that cannot bite."""

from dataclasses import replace

import pytest

from tests.core.release.register import register, released, silence
from tincay.core.release.attacks import suite
from tincay.core.release.attacks.audit import noise_of
from tincay.core.release.attacks.findings import Finding
from tincay.core.release.attacks.practices import RAW, half_noise
from tincay.core.release.attacks.suite import Verdict, examine, prove
from tincay.core.release.noise import Noise
from tincay.core.release.publish import release

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
    assert [finding.practice for finding in prove()[len(suite.ATTACKS) :]] == [
        "half the noise", "ours without noise", "ours with half the noise",
    ]  # fmt: skip


@pytest.mark.parametrize("noise", [silence, half_noise])
def test_a_release_with_wrong_noise_is_stopped_by_whoever_has_the_true_rows(
    noise: Noise, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No other attack looks at the noise that was really drawn."""
    monkeypatch.setattr(suite, "ATTACKS", ())
    truth = register(600)
    done = release(truth, micro_rho=25_000, seed=1, charge=lambda _: None, noise=noise)
    checked = examine(done).also(noise_of(done.measurement, truth))
    assert not checked.passed
    assert [finding.attack for finding in checked.successes] == ["noise of this"]
    assert "noise of this" in [finding.attack for finding in examine(done, truth).successes]


def test_what_is_published_of_the_look_at_the_true_rows_is_one_figure_0_or_1() -> None:
    truth = register(600)
    done = release(truth, micro_rho=25_000, seed=1, charge=lambda _: None)
    line = list(Verdict((), ()).also(noise_of(done.measurement, truth)).lines())[-1]
    assert line[:5] == ("noise of this", "this release", "0", "0", "held")


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
