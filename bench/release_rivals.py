"""Run one other synthesiser on a coded CSV file, in whatever Python has it, and write what it invents.

    python bench/release_rivals.py pac-synth|dpmm IN.csv OUT.csv EPSILON SEED
    python bench/release_rivals.py --smoke      without a rival: a table of four rows is "invented" by copying it

Needs only the rival and pandas; prints CPU seconds and peak memory as JSON. Knows nothing of tincay.
"""

from __future__ import annotations

import json
import resource
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd


def pac_synth(frame: pd.DataFrame, epsilon: float, _seed: int) -> pd.DataFrame:
    """Its defaults (three-way aggregates, its own delta). Code 0 is written "v0": it takes "0" for absent."""
    import pandas as pd
    from pacsynth import (
        Dataset,
        DpAggregateSeededParametersBuilder,
        DpAggregateSeededSynthesizer,
        set_number_of_threads,
    )

    set_number_of_threads(2)
    words = frame.apply(lambda column: "v" + column.astype(str))
    maker = DpAggregateSeededSynthesizer(
        DpAggregateSeededParametersBuilder().reporting_length(3).epsilon(epsilon).build()
    )
    maker.fit(Dataset.from_data_frame(words))
    made = Dataset.raw_data_to_data_frame(maker.sample(len(frame)))
    coded = made.apply(lambda column: pd.to_numeric(column.str.removeprefix("v"), errors="coerce"))
    return coded[frame.columns].fillna(-1).astype(int)


def dpmm(frame: pd.DataFrame, epsilon: float, seed: int) -> pd.DataFrame:
    """Its MST at delta 1e-6, told the domain."""
    from dpmm.models.mst import MSTGM
    from dpmm.pipelines.base import GenerativePipeline

    sizes = json.loads(sys.stdin.read())
    pipe = GenerativePipeline(gen=MSTGM(epsilon=epsilon, delta=1e-6, n_jobs=1))
    pipe.fit(frame, domain=sizes, random_state=seed)
    return pipe.generate(n_records=len(frame))[list(frame.columns)].astype(int)


def invent(name: str, source: str, target: str, epsilon: str, seed: str) -> None:
    """Fit and sample once with a rival; only that is timed."""
    import pandas as pd

    frame = pd.read_csv(source)
    start = time.process_time()
    made = {"pac-synth": pac_synth, "dpmm": dpmm}[name](frame, float(epsilon), int(seed))
    cpu = time.process_time() - start
    made.to_csv(target, index=False)
    said(cpu, version(name))


def said(cpu: float, which: str) -> None:
    """The line that the caller reads: CPU seconds, children included, and peak memory."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    spent = cpu + children.ru_utime + children.ru_stime
    print(json.dumps({"cpu": spent, "peak_mb": peak, "version": which}))


def smoke() -> None:
    """The way from one file to the other and the line at the end, with nothing to install."""
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "in.csv", Path(folder) / "out.csv"
        source.write_text("a,b\n0,1\n1,0\n1,1\n0,0\n", encoding="utf-8")
        start = time.process_time()
        target.write_text(source.read_text(encoding="utf-8"), encoding="utf-8")
        said(time.process_time() - start, "none")


if __name__ == "__main__":
    if sys.argv[1:] == ["--smoke"]:
        smoke()
    else:
        invent(*sys.argv[1:])
