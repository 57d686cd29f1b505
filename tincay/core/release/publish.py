"""One call from coded rows to what may be published: measure, reconcile, invent rows, tabulate."""

from __future__ import annotations

from dataclasses import dataclass

from .estimate import Estimate, reconcile
from .measure import Charge, Measurement, measure
from .noise import Noise, discrete_gaussian
from .rows import Progress, Rows, silent
from .synth import synthesise
from .tables import MISPLACED, PublishedTables, Refusal, tabulate
from .workload import choose_tables


@dataclass(frozen=True)
class ReleaseContent:
    """What is published of a register. Everything in it follows from `measurement` and the public `seed`."""

    measurement: Measurement
    seed: int
    rows: Rows
    tables: PublishedTables

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


def measure_and_publish(
    rows: Rows,
    *,
    micro_rho: int,
    seed: int,
    charge: Charge,
    most: int = 1,
    noise: Noise = discrete_gaussian,
    progress: Progress = silent,
) -> ReleaseContent:
    """Measure the rows once with `micro_rho` and publish from that. `charge` is called before they are read.

    `most` is the number of rows one person may have (rows beyond it must already be gone: `read_rows`).
    The seed draws the invented rows, never the noise.
    """
    measurement = measure(
        rows,
        choose_tables(rows.domain),
        micro_rho=micro_rho,
        most=most,
        charge=charge,
        noise=noise,
        progress=progress,
    )
    return publish(measurement, seed, progress)


def publish(
    measurement: Measurement, seed: int, progress: Progress = silent, misplaced: float = MISPLACED
) -> ReleaseContent:
    """The release of a measurement: no true row is needed, so anybody can repeat this step."""
    estimate: Estimate = reconcile(measurement)
    invented = synthesise(estimate, measurement.workload, seed=seed, progress=progress)
    return ReleaseContent(
        measurement, seed, invented, tabulate(invented, estimate, measurement.workload, misplaced)
    )
