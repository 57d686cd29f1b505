"""The suite lets nothing through that an attack got through, nor an attack that cannot bite."""

from dataclasses import replace

import pytest

from tests.core.release.register import columns, nobody, register, released, rows, silence
from tincay.core.release.attacks import suite
from tincay.core.release.attacks.audit import noise_of
from tincay.core.release.attacks.findings import Finding
from tincay.core.release.attacks.practices import RAW, Practice, half_noise
from tincay.core.release.attacks.suite import AttackVerdict, examine, prove
from tincay.core.release.noise import Noise
from tincay.core.release.publish import measure_and_publish
from tincay.core.release.rows import Rows

HELD = Finding("trackers", "ours", 0.0, 0.0, "figures")
THROUGH = replace(HELD, figure=3.0)
BITES = replace(THROUGH, practice="raw")


@pytest.mark.slow
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


@pytest.mark.slow
@pytest.mark.parametrize("noise", [silence, half_noise])
def test_a_release_with_wrong_noise_is_stopped_by_whoever_has_the_true_rows(
    noise: Noise, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No other attack looks at the noise that was really drawn."""
    monkeypatch.setattr(suite, "ATTACKS", ())
    truth = register(600)
    done = measure_and_publish(truth, micro_rho=25_000, seed=1, charge=lambda _: None, noise=noise)
    checked = examine(done).also(noise_of(done.measurement, truth))
    assert not checked.passed
    assert [finding.attack for finding in checked.successes] == ["noise of this"]
    assert "noise of this" in [finding.attack for finding in examine(done, truth).successes]


def test_what_is_published_of_the_look_at_the_true_rows_is_one_figure_0_or_1() -> None:
    truth = register(600)
    done = measure_and_publish(truth, micro_rho=25_000, seed=1, charge=lambda _: None)
    line = list(AttackVerdict((), ()).also(noise_of(done.measurement, truth)).lines())[-1]
    assert line[:5] == ("noise of this", "this release", "0", "0", "held")


def test_an_attack_that_got_through_stops_the_release() -> None:
    verdict = AttackVerdict((HELD, THROUGH), (BITES,))
    assert not verdict.passed
    assert verdict.successes == (THROUGH,)
    assert "GOT THROUGH" in [line[4] for line in verdict.lines()]


def test_an_attack_that_is_weak_everywhere_stops_the_release_too() -> None:
    verdict = AttackVerdict((HELD,), (replace(HELD, practice="raw"),))
    assert not verdict.passed
    assert "TOO WEAK" in [line[4] for line in verdict.lines()]


def test_a_verdict_without_trouble_passes() -> None:
    verdict = AttackVerdict((HELD,), (BITES,))
    assert verdict.passed
    assert [line[4] for line in verdict.lines()] == ["result", "bites", "held"]


@pytest.mark.slow
def test_the_true_rows_are_used_only_when_given(monkeypatch: pytest.MonkeyPatch) -> None:
    """The given ones are attacked however few they are; what stands in for rows that are not there is named."""
    seen: list[tuple[int, str]] = []

    def watch(practice: Practice, rows: Rows, _seed: int) -> Finding:
        seen.append((len(rows), practice.name))
        return HELD

    monkeypatch.setattr(suite, "ATTACKS", ((watch, RAW),))
    monkeypatch.setattr(suite, "membership_by_tables", lambda *_: HELD)
    monkeypatch.setattr(suite, "prove", lambda _seed: ())
    done, small = released(600), released(50)
    none = nobody(done.measurement.workload.domain)
    for of, truth in ((done, None), (done, register(700)), (done, register(50)), (done, register(50_000))):
        examine(of, truth)
    assert seen == [(len(done.rows), "ours"), (700, "ours"), (50, "ours"), (25_000, "ours")]
    seen.clear()
    for of, truth in ((small, None), (small, register(50)), (small, none)):
        examine(of, truth)
    made_up = (suite.PROVING_PEOPLE, "ours on made-up people")
    assert seen == [made_up, (50, "ours"), made_up]


@pytest.mark.slow
@pytest.mark.parametrize("people", [1, 60])
def test_a_handful_of_true_rows_and_a_single_column_can_be_attacked(people: int) -> None:
    single = rows(columns(a=5), *[(place % 5,) for place in range(people)])
    done = measure_and_publish(single, micro_rho=25_000, seed=1, charge=lambda _: None)
    assert {finding.practice for finding in examine(done, single).findings} == {"ours", "this release"}
