"""How far her report has come, as a bar of stages with days: never a step that did not happen."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.utils.translation import gettext

from tincay.core.clock import local_day
from tincay.core.stages import ENDS_WITHOUT_ANSWER, STAGES
from tincay.reports.models import Clock, Report
from tincay.visit.queries import late_clocks
from tincay.web.dates import day_words, moment_words, until_words
from tincay.web.packs import codes, language, rules
from tincay.web.templatetags.furniture import StageMark

BAR = {
    "substantive": ("received", "acknowledged", "verified", "classified", "in_handling", "answered"),
    "question": ("received", "acknowledged", "answered"),
    "data_request": ("received", "acknowledged", "answered"),
}


def bar(report: Report, now: datetime) -> list[StageMark]:
    """How far it has come, with the days; the next step with its due time."""
    steps = BAR[report.kind_group]
    # A clock that began anew when it was reopened stands after the one that was counted.
    clocks = {_meets(clock): clock for clock in report.clocks.order_by("place")}
    if "acknowledged" not in clocks:  # p0: no clock of its own; whoever wrote to her has read it
        clocks |= _reading(report.clocks.order_by("due_at", "place"))
    current = STAGES.index(report.stage)
    if report.closed:
        done = _done_before_closing(report, steps, clocks)
        ended = StageMark(codes().get_code("report_stage", "closed").label(language()), "done", "")
        return [*(_done(step, clocks.get(step), report) for step in done), ended]
    done = [step for step in steps if STAGES.index(step) <= current]
    ahead = next((step for step in steps if step not in done), None)
    return [
        _done(step, clocks.get(step), report)
        if step in done
        else _to_come(step, step == ahead, clocks.get(step), report, now)
        for step in steps
    ]


def _done_before_closing(report: Report, steps: Sequence[str], clocks: dict[str, Clock]) -> list[str]:
    """What was really done: all of it, or up to the last step whose clock was met before an early end."""
    if report.closure not in ENDS_WITHOUT_ANSWER:
        return list(steps)
    met = [at for at, step in enumerate(steps) if step in clocks and clocks[step].band]
    return list(steps[: max(met, default=0) + 1])


def _reading(clocks: Iterable[Clock]) -> dict[str, Clock]:
    first_words = [clock for clock in clocks if _meets(clock) == "first_action"]
    return {"acknowledged": first_words[0]} if first_words else {}


def _meets(clock: Clock) -> str:
    return rules()[clock.rule].met


def _done(step: str, clock: Clock | None, report: Report) -> StageMark:
    at = report.received_at if step == "received" else clock.met_at if clock else None
    return StageMark(_label(step, report), "done", day_words(local_day(at)) if at else "")


def _label(step: str, report: Report) -> str:
    if step == "answered" and report.kind_group != "substantive":
        return gettext("Đã trả lời")
    return codes().get_code("report_stage", step).label(language())


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


def _to_come(step: str, ahead: bool, clock: Clock | None, report: Report, now: datetime) -> StageMark:
    label = _will(step, report)
    if not ahead or clock is None or clock.due_at is None or clock.met_at:
        return StageMark(label, "now" if ahead else "later", "")
    late = clock in late_clocks(report, now)
    return StageMark(label, "late" if late else "now", _until(clock.due_at, late))


def _until(due: datetime, late: bool) -> str:
    if late:
        return gettext("Đã quá hạn. Hạn là %(moment)s.") % {"moment": moment_words(due)}
    return gettext("Hạn: %(until)s") % {"until": until_words(due)}
