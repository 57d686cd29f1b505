"""Run one other synthesiser on a coded CSV file, in whatever Python has it, and write what it invents.

    python bench/release_rivals.py pac-synth|dpmm IN.csv OUT.csv EPSILON SEED

Needs only the rival and pandas; prints CPU seconds and peak memory as JSON. Knows nothing of tincay.
"""

import json
import resource
import sys
import time
from importlib.metadata import version

import pandas as pd


def pac_synth(frame: pd.DataFrame, epsilon: float, _seed: int) -> pd.DataFrame:
    """Its defaults (three-way aggregates, its own delta). Code 0 is written "v0": it takes "0" for absent."""
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


def main() -> None:
    """Fit and sample once; only that is timed."""
    name, source, target, epsilon, seed = sys.argv[1:]
    frame = pd.read_csv(source)
    start = time.process_time()
    made = {"pac-synth": pac_synth, "dpmm": dpmm}[name](frame, float(epsilon), int(seed))
    cpu = time.process_time() - start
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu += children.ru_utime + children.ru_stime
    made.to_csv(target, index=False)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"cpu": cpu, "peak_mb": peak, "version": version(name)}))


if __name__ == "__main__":
    main()
