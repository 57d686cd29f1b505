"""Run every attack: first where it must succeed, then against ours. Nothing is published that has not passed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache

import numpy as np

from ..measure import measure
from ..noise import Counts, discrete_gaussian
from ..publish import ReleaseContent
from ..rows import Progress, Rows, silent
from ..workload import choose_tables
from . import practices
from .asking import averaging, trackers
from .attribute import attribute
from .audit import audit, budget_sum, noise_of, noise_shape, same_shape_when_empty
from .certainty import dominance, homogeneity
from .differencing import differencing
from .findings import Finding
from .membership import membership, membership_by_tables
from .practices import Practice, ours, remembered
from .proving import population
from .reconstruction import reconstruction

Attack = Callable[[Practice, Rows, int], Finding]
PROVING_PEOPLE, PROVING_SEED, PROVING_RHO = 5_000, 7, 250_000
MOST_PEOPLE, FEWEST_INVENTED = 20_000, 200
MADE_UP = "ours on made-up people"

# each attack, and the unprotected practice on which it must succeed to be believed
ATTACKS: tuple[tuple[Attack, Practice], ...] = (
    (differencing, practices.RAW),
    (reconstruction, practices.CELL_SUPPRESSED),
    (membership, practices.K_TEN),
    (attribute, practices.RAW),
    (averaging, practices.FRESH_NOISE),
    (trackers, practices.CELL_SUPPRESSED),
    (homogeneity, practices.K_TEN),
    (dominance, practices.RAW),
)


@dataclass(frozen=True)
class AttackVerdict:
    """What every attack found. `proofs` are the attacks on unprotected data, which must succeed."""

    findings: tuple[Finding, ...]
    proofs: tuple[Finding, ...]

    @property
    def passed(self) -> bool:
        """No attack got through, and every attack showed elsewhere that it can."""
        return not self.successes and not self.weak

    @property
    def successes(self) -> tuple[Finding, ...]:
        """Attacks that got through."""
        return tuple(finding for finding in self.findings if finding.succeeded)

    @property
    def weak(self) -> tuple[Finding, ...]:
        """Attacks that failed even where nothing protects: their silence means nothing."""
        return tuple(finding for finding in self.proofs if not finding.succeeded)

    def also(self, finding: Finding) -> AttackVerdict:
        """This verdict with one more finding."""
        return replace(self, findings=(*self.findings, finding))

    def lines(self) -> Iterator[tuple[str, str, str, str, str, str]]:
        """A table for people: header first."""
        yield "attack", "against", "figure", "gate", "result", "what the figure is"
        for finding in self.proofs:
            yield *_line(finding), "bites" if finding.succeeded else "TOO WEAK", finding.what
        for finding in self.findings:
            yield *_line(finding), "GOT THROUGH" if finding.succeeded else "held", finding.what


def _line(finding: Finding) -> tuple[str, str, str, str]:
    return finding.attack, finding.practice, f"{finding.figure:.4g}", f"{finding.gate:.4g}"


def examine(
    release: ReleaseContent, truth: Rows | None = None, seed: int = 1, progress: Progress = silent
) -> AttackVerdict:
    """Attack our mechanism with this release's budget and columns.

    Without `truth` the release's own invented rows stand in for the register, so that the figures cost no
    privacy and may be published. With the true rows they are stronger, and for inside eyes only. Whoever has
    the true rows and wants to publish adds `noise_of` alone: `examine(done).also(noise_of(measurement, rows))`.
    """
    rows, name = _attacked(release, truth)
    practice = remembered(ours(release.measurement.micro_rho, release.measurement.most, name=name))
    findings = [budget_sum(release.measurement), same_shape_when_empty(release.measurement), *_noise(release)]
    for number, (attack, _) in enumerate(ATTACKS):
        progress("attack", number + 1, len(ATTACKS))
        findings.append(attack(practice, rows, seed))
    findings.append(membership_by_tables(practice, rows, seed, release.measurement.micro_rho))
    verdict = AttackVerdict(tuple(findings), prove(seed))
    return verdict if truth is None else verdict.also(noise_of(release.measurement, truth))


@cache
def prove(seed: int = 1) -> tuple[Finding, ...]:
    """Each attack on a made-up population that nothing protects."""
    people = population(PROVING_PEOPLE, PROVING_SEED)
    proofs = [attack(practice, people, seed) for attack, practice in ATTACKS]
    proofs.append(audit(practices.half_noise, PROVING_RHO, practice="half the noise"))
    for name, noise in practices.WRONG_NOISE:
        wrong = measure(
            people, choose_tables(people.domain), micro_rho=PROVING_RHO, charge=lambda _: None, noise=noise
        )
        proofs.append(replace(noise_of(wrong, people), practice=name))
    return tuple(proofs)


def _noise(release: ReleaseContent) -> list[Finding]:
    scale = min(table.variance for table in release.measurement.tables.values()) ** 0.5
    return [
        audit(discrete_gaussian, release.measurement.micro_rho),
        noise_shape(discrete_gaussian, min(scale, 50.0)),
    ]


def _attacked(release: ReleaseContent, truth: Rows | None) -> tuple[Rows, str]:
    """The rows to attack, and what the verdict calls that: the true rows however few, else the invented ones.

    Where nobody is to be attacked, or too few invented people to stand in, others are made up, and it is said.
    """
    rows, least = (release.rows, FEWEST_INVENTED) if truth is None else (truth, 1)
    if len(rows) < least:
        return population(PROVING_PEOPLE, PROVING_SEED), MADE_UP
    return rows.take(_spaced(len(rows))), "ours"


def _spaced(people: int) -> Counts:
    step = max(1, people // MOST_PEOPLE)
    return np.arange(0, people, step, dtype=np.int64)
