"""What the growth of the log tells: whether a report came today, at three and at thirty reports a week.

    ./run bench growth [--json] [--years 3] [--smoke]

Simulated years. Reports come at random, more on working days than on weekends; each leaves the leaves of its life over
the weeks that follow. How many leaves a day adds is the product's own rule. The attacker has every checkpoint, knows
the rates, and holds one proof file, so that one day's own leaves are his to subtract. He guesses from the growth of
each day which days had a report: 0.5 is chance, 1 is certainty. Without covers the same attacker is printed beside it.
"""

import argparse
import json
import random
from collections.abc import Sequence
from datetime import date, timedelta
from typing import NamedTuple

from tincay.core.ledger.day_totals import Growth, floors, padded

RATES = (3, 30)
LIFE = ((0, 1), (0, 0.6), (1, 0.9), (2, 0.9), (3, 1.5), (6, 1.5), (9, 1.2), (14, 1), (30, 1), (45, 0.6))
"""(days after it came, mean number of leaves): about ten leaves, as a report of the demo leaves."""
MOST = 0.55


class Day(NamedTuple):
    day: date
    came: int
    real: int


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--years", type=int, default=3)
    parser.add_argument("--json", action="store_true", help="only the last line")
    parser.add_argument("--smoke", action="store_true", help="one year a rate")
    asked = parser.parse_args()
    result = {f"{rate}_a_week": measure(rate, 1 if asked.smoke else asked.years) for rate in RATES}
    for rate, found in result.items():
        assert found["auc"] <= MOST, f"{rate}: growth tells whether a report came"
        assert found["auc_without_covers"] > MOST, (
            f"{rate}: this attacker finds nothing even where all is to be seen"
        )
        if not asked.json:
            print(rate, found)
    print(json.dumps({**result, "repeat": f"./run bench growth --years {asked.years}"}))


def measure(rate: int, years: int) -> dict[str, float]:
    days = simulated(rate, 365 * years, random.Random(20260630 + rate))
    growths = grown(days)
    came = [day.came > 0 for day in days]
    proof = next(number for number, day in enumerate(days) if day.came and number > len(days) // 2)
    return {
        "days": len(days),
        "days_with_a_report": sum(came),
        "most_real_leaves_a_day": max(day.real for day in days),
        "floor_at_the_end": floors(growths, days[-1].day + timedelta(days=1))[-1],
        "auc": guessed(days, [growth.leaves for growth in growths], proof),
        "auc_without_covers": guessed(days, [day.real for day in days], proof),
    }


def simulated(rate: int, count: int, chance: random.Random) -> list[Day]:
    """Reports and their leaves, day by day; the first two months fill the pipe and are left out."""
    begin, warm = date(2026, 1, 1), 60
    came, real = [0] * (count + warm), [0] * (count + warm)
    for number in range(count + warm):
        weekday = (begin + timedelta(days=number)).weekday()
        came[number] = poisson(rate / 7 * (1.2 if weekday < 5 else 0.5), chance)
        for _ in range(came[number]):
            for after, mean in LIFE:
                at = number + after + (chance.randrange(3) if after else 0)
                if at < len(real):
                    real[at] += 1 if after == 0 and mean == 1 else poisson(mean, chance)
    return [
        Day(begin + timedelta(days=number), came[number], real[number])
        for number in range(warm, count + warm)
    ]


def poisson(mean: float, chance: random.Random) -> int:
    count, left = 0, chance.expovariate(1)
    while left < mean:
        count, left = count + 1, left + chance.expovariate(1)
    return count


def grown(days: Sequence[Day]) -> list[Growth]:
    """What the log adds on each day: the queue, the day's own leaf, and covers up to a multiple of the floor."""
    growths: list[Growth] = []
    for day in days:
        floor = floors(growths, day.day)[-1]
        growths.append(Growth(day.day, padded(day.real + 1, floor)))
    return growths


def guessed(days: Sequence[Day], leaves: Sequence[int], proof: int) -> float:
    """How well growth orders the days, the own report's day left out: he knows that one.

    He looks at growth as it is, and at growth against the same weekday in the weeks around; the better one counts.
    """
    found = []
    for usual in ([0.0] * len(days), [around(leaves, number) for number in range(len(days))]):
        scored = [(leaves[at] - usual[at], day.came > 0) for at, day in enumerate(days) if at != proof]
        found += [area(scored), 1 - area(scored)]
    return round(max(found), 3)


def around(leaves: Sequence[int], number: int) -> float:
    near = [leaves[at] for at in range(number - 28, number + 29, 7) if at != number and 0 <= at < len(leaves)]
    return sum(near) / len(near)


def area(scored: Sequence[tuple[float, bool]]) -> float:
    """The area under the curve: how often a day with a report stands above one without, ties as a half."""
    ranks: dict[float, list[int]] = {}
    for score, came in scored:
        ranks.setdefault(score, [0, 0])[came] += 1
    below, won = 0, 0.0
    for score in sorted(ranks):
        without, having = ranks[score]
        won += having * (below + without / 2)
        below += without
    return won / (below * (len(scored) - below))


if __name__ == "__main__":
    main()
