"""How far her report has come, as a bar of stages with days: never a step that did not happen."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from django.utils.translation import gettext

from tincay.core.clock import local_day
from tincay.core.stages import ENDS_WITHOUT_ANSWER, STAGES
from tincay.reports.models import Clock, Report
from tincay.visit.queries import late_clocks, reopened
from tincay.web.dates import by_words, day_words, moment_words, until_words
from tincay.web.packs import codes, language, rules
from tincay.web.templatetags.furniture import StageMark

BAR = {
    "substantive": ("received", "acknowledged", "verified", "classified", "in_handling", "answered"),
    "question": ("received", "acknowledged", "answered"),
    "data_request": ("received", "acknowledged", "answered"),
}


class Bar(NamedTuple):
    """The bar, and in one line where it stands and what comes by when."""

    marks: list[StageMark]
    line: str


def bar(report: Report, now: datetime) -> Bar:
    """How far it has come, with the days; the next step with its due time.

    Where it was closed before, or closed early, only what met its clock was certainly done.
    """
    steps = BAR[report.kind_group]
    kept = list(report.clocks.order_by("place"))
    clocks = {_meets(clock): clock for clock in kept}
    if "acknowledged" not in clocks:  # p0: no clock of its own; whoever wrote to her has read it
        clocks |= _reading(kept)
    again = reopened(report, kept)
    if again:
        marks = _before_reopening(report, steps, kept, clocks)
        steps = ("answered",)  # of what began anew this is all that is ahead
    if again or (report.closed and report.closure in ENDS_WITHOUT_ANSWER):
        done = [step for step in steps if step == "received" or (step in clocks and clocks[step].band)]
    else:
        done = [step for step in steps if STAGES.index(step) <= STAGES.index(report.stage)]
    marks = [*(marks if again else []), *(_done(step, clocks.get(step), report) for step in done)]
    if report.closed:
        ended = StageMark(_stage("closed"), "done", "")
        return Bar([*marks, ended], ended.label)
    line, late = marks[-1].label, late_clocks(report, now)
    for step in [step for step in steps if step not in done]:
        first, clock = marks[-1].state == "done", clocks.get(step)
        marks.append(_to_come(step, first, clock if first else None, report, late))
        if first and clock and clock.due_at and not clock.met_at:
            when = gettext("đã quá hạn") if clock in late else by_words(clock.due_at)
            line = f"{line} · {what_is_owed(clock, report)} {when}"
    return Bar(marks, line)


def _before_reopening(
    report: Report, steps: Iterable[str], kept: list[Clock], clocks: dict[str, Clock]
) -> list[StageMark]:
    """What was done before it was closed, as far as clocks still say so, and that it was opened again."""
    *answers, _ = [clock for clock in kept if _meets(clock) == "answered"]
    met = {step for step, clock in clocks.items() if clock.band and step != "answered"} | {
        "answered" for clock in answers if clock.band
    }
    marks = [
        StageMark(_label(step, report), "done", "") for step in steps if step == "received" or step in met
    ]
    at = report.received_at  # set anew when it was opened again
    return [*marks, StageMark(_stage("reopened"), "done", day_words(local_day(at)) if at else "")]


def _reading(clocks: Iterable[Clock]) -> dict[str, Clock]:
    first_words = [clock for clock in clocks if _meets(clock) == "first_action"]
    first_words.sort(key=lambda clock: (clock.due_at is None, clock.due_at, clock.place))
    return {"acknowledged": first_words[0]} if first_words else {}


def _meets(clock: Clock) -> str:
    return rules()[clock.rule].met


def what_is_owed(clock: Clock, report: Report) -> str:
    """What a deadline asks of the helpers, as a verb."""
    if _meets(clock) == "answered" and report.kind_group != "substantive":
        return gettext("trả lời")
    return {
        "acknowledged": gettext("có người đọc"),
        "first_action": gettext("viết cho bạn lần đầu"),
        "verified": gettext("kiểm tra thông tin"),
        "classified": gettext("phân loại"),
        "answered": gettext("báo kết quả"),
        "replied": gettext("hồi âm lời bạn viết"),
    }.get(_meets(clock)) or codes().get_code("clock_rule", clock.rule).label(language())


def _stage(code: str) -> str:
    return codes().get_code("report_stage", code).label(language())


def _done(step: str, clock: Clock | None, report: Report) -> StageMark:
    at = report.received_at if step == "received" else clock.met_at if clock else None
    return StageMark(_label(step, report), "done", day_words(local_day(at)) if at else "")


def _label(step: str, report: Report) -> str:
    if step == "answered" and report.kind_group != "substantive":
        return gettext("Đã trả lời")
    return _stage(step)


def _will(step: str, report: Report) -> str:
    """A step that has not been taken, in words that do not say it was."""
    if step == "answered" and report.kind_group != "substantive":
        return gettext("Sẽ trả lời")
    return {
        "acknowledged": gettext("Sẽ có người đọc"),
        "verified": gettext("Sẽ kiểm tra thông tin"),
        "classified": gettext("Sẽ phân loại"),
        "in_handling": gettext("Sẽ xử lý"),
        "answered": gettext("Sẽ báo kết quả"),
    }[step]


def _to_come(step: str, ahead: bool, clock: Clock | None, report: Report, late: list[Clock]) -> StageMark:
    label = _will(step, report)
    if clock is None or clock.due_at is None or clock.met_at:
        return StageMark(label, "now" if ahead else "later", "")
    return StageMark(label, "late" if clock in late else "now", _until(clock.due_at, clock in late))


def _until(due: datetime, late: bool) -> str:
    if late:
        return gettext("Đã quá hạn. Hạn là %(moment)s.") % {"moment": moment_words(due)}
    return gettext("Hạn: %(until)s") % {"until": until_words(due)}
