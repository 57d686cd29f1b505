"""Codes that the server stretches: two at once, the others in line, and whoever finds it full is told how long."""

import threading

import pytest

from tests.patience import PATIENCE, wait_until
from tincay.intake.derivations import DERIVATIONS, LONGEST_S, WAITING, Busy, Line
from tincay.operations.serving import PLAIN_FINISHES_S


def test_no_more_than_two_codes_are_stretched_at_once() -> None:
    line = Line()
    with line.place(), line.place(), pytest.raises(Busy), line.place(wait=0):
        raise AssertionError("a third one came in")


def test_who_stands_in_line_comes_in_and_who_finds_it_full_is_told_at_once_how_long() -> None:
    line, inside = Line(), threading.Semaphore(0)

    def stretch() -> None:
        with line.place(wait=PATIENCE):
            inside.release()

    with line.place(), line.place():
        waiting = [threading.Thread(target=stretch) for _ in range(WAITING)]
        for one in waiting:
            one.start()
        wait_until(lambda: line._inside == DERIVATIONS + WAITING, "all of them to stand in line")
        with pytest.raises(Busy) as full, line.place(wait=PATIENCE):
            raise AssertionError("one more came in")
        assert 1 <= full.value.wait <= WAITING
    for one in waiting:
        one.join()
    assert [inside.acquire(blocking=False) for _ in range(WAITING + 1)] == [True] * WAITING + [False]


def test_what_breaks_inside_leaves_the_line() -> None:
    line = Line()
    for _ in range(DERIVATIONS + WAITING + 1):
        with pytest.raises(ZeroDivisionError), line.place(wait=0):
            _ = 1 / 0


def test_the_longer_one_takes_the_longer_the_wait_that_is_told() -> None:
    quick, slow = Line(), Line()
    for _ in range(20):
        quick._learn(0.05)
        slow._learn(2.0)
    assert quick._seconds() < slow._seconds()


def test_nobody_stands_in_line_longer_than_the_process_may_live_on() -> None:
    assert LONGEST_S + 10 < PLAIN_FINISHES_S
