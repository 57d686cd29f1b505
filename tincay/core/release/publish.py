"""One call from coded rows to what may be published: measure, reconcile, invent rows, tabulate."""

from __future__ import annotations

from dataclasses import dataclass

from .estimate import Estimate, reconcile
from .measure import Charge, Measurement, measure
from .noise import Noise, discrete_gaussian
from .rows import Progress, Rows, silent
from .synth import synthesise
from .tables import MISPLACED, Refusal, Tables, tabulate
from .workload import plan


@dataclass(frozen=True)
class Release:
    """What is published of a register. Everything in it follows from `measurement` and the public `seed`."""

    measurement: Measurement
    seed: int
    rows: Rows
    tables: Tables

    @property
    def rows_refusal(self) -> str | None:
        """Why the invented rows should stay unpublished, or None: most of their pairs must be worth reading."""
        pairs = [r for r in self.tables.refusals if len(r.columns) == 2]
        published = [table for table in self.tables.stored.values() if len(table.columns) == 2]
        if not len(self.rows) or len(pairs) > len(published):
            return "Too few people for so many columns: most pairs of columns would be noise."
        return None

    @property
    def refusals(self) -> tuple[Refusal, ...]:
        """Tables that are not published, each with its reason."""
        return self.tables.refusals


def release(
    rows: Rows,
    *,
    micro_rho: int,
    seed: int,
    charge: Charge,
    most: int = 1,
    noise: Noise = discrete_gaussian,
    progress: Progress = silent,
) -> Release:
    """Measure the rows once with `micro_rho` and publish from that. `charge` is called before they are read.

    `most` is the number of rows one person may have (rows beyond it must already be gone: `read_rows`).
    The seed draws the invented rows, never the noise.
    """
    measurement = measure(
        rows, plan(rows.domain), micro_rho=micro_rho, most=most, charge=charge, noise=noise, progress=progress
    )
    return publish(measurement, seed, progress)


def publish(
    measurement: Measurement, seed: int, progress: Progress = silent, misplaced: float = MISPLACED
) -> Release:
    """The release of a measurement: no true row is needed, so anybody can repeat this step."""
    story: Estimate = reconcile(measurement)
    invented = synthesise(story, measurement.workload, seed=seed, progress=progress)
    return Release(measurement, seed, invented, tabulate(invented, story, measurement.workload, misplaced))
