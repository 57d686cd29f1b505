"""The sentences on her pages that claim something about the world, and how each is held against the truth.

The truth comes from the rows of the test's server and from the recorder, never from what the page's script believes.
A sentence that claims something new gets a line in CLAIMS.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.browser.recorder import Recorder
from tests.cast import rows
from tincay.core.stages import STAGES
from tincay.reports.models import ConsentGrant, Message, Report
from tincay.web.packs import codes


@dataclass
class Truth:
    """What is so when the page says something."""

    in_visit: bool
    report: Report | None
    """The report that was sent from here, or that is open here; None also when it was deleted."""
    pending: bool
    """Something typed or chosen here was not sent."""
    missing: list[str]
    standing: set[str]
    """Consents that stand chosen on the page."""
    opened: list[str]
    """Words of hers, or to her, that the page shows."""
    rows: dict[str, str]
    stages: list[str]
    given: dict[str, bool] = field(default_factory=dict)
    """The last word in the database about each scope."""

    @property
    def messages(self) -> int:
        return rows(Message).filter(report=self.report).count() if self.report else 0


@dataclass(frozen=True)
class Claim:
    """A sentence (a line of the page that matches) and when it is true."""

    name: str
    words: str
    holds: Callable[[Truth], bool]


def _allows_nothing(truth: Truth) -> bool:
    return not (any(truth.given.values()) if truth.in_visit else truth.standing)


def _nothing_arrived(truth: Truth) -> bool:
    return truth.report is None or truth.pending


CLAIMS = [
    Claim("sent", r"^(Đã gửi|Sent)\b", lambda t: t.report is not None),
    Claim("not sent yet", r"(?i)\bchưa gửi$|^chưa gửi\b(?! được)|\bnot sent yet\b", _nothing_arrived),
    Claim("your words are still here", r"Lời bạn viết vẫn|What you wrote is still", lambda t: not t.missing),
    Claim("you allow nothing", r"Bạn (chưa|không) cho phép (điều|việc) (gì|nào)|You allow nothing", _allows_nothing),
    Claim("taken back", r"^(Đã rút|Taken back|Withdrawn)\b", lambda t: False in t.given.values()),
    Claim("allowed now", r"^(Hiện bạn đang cho phép|You allow this now)", lambda t: True in t.given.values()),
    Claim("no message", r"^(Chưa có lời nhắn|No messages yet)$", lambda t: t.messages == 0),
    Claim("closed", r"^(Tin này đã đóng|This report is closed)$", lambda t: bool(t.report and t.report.closed)),
    Claim("waiting for you", r"^(Đang chờ bạn|Waiting for you)$", lambda t: bool(t.report and t.report.paused)),
    Claim("deleted", r"^(Đã xóa|Deleted)$", lambda t: t.report is None or t.report.closure == "deleted"),
    Claim("locked", r"Trang đã khóa|[Tt]he page is locked", lambda t: not t.opened),
]  # fmt: skip
"""Beside these: a row of the consents says what the last signed word says, and no stage is called done that the
report has not reached."""

ALLOWED = re.compile("Đang cho phép|You allow this")
NOT_ALLOWED = re.compile("Không cho phép|Chưa cho phép|You do not allow")


def truth_of(recorder: Recorder, seen: dict[str, Any], report: Report | None, *, pending: bool) -> Truth:
    given: dict[str, bool] = {}
    if report:
        for grant in rows(ConsentGrant).filter(report=report).order_by("number"):
            given[grant.scope] = grant.given
    return Truth(
        in_visit="/back/" in seen["path"],
        report=report,
        pending=pending,
        missing=recorder.missing(seen),
        standing={one["value"] for one in seen["standing"] if one["name"] == "consents"},
        opened=seen["opened"],
        rows=seen["rows"],
        stages=seen["stages"],
        given=given,
    )


def contradictions(truth: Truth, lines: list[str]) -> Iterator[str]:
    """Every sentence of the page that is not so."""
    for line in lines:
        for claim in CLAIMS:
            if re.search(claim.words, line) and not claim.holds(truth):
                yield f"{claim.name}: {line!r}"
    for scope, words in truth.rows.items():
        if ALLOWED.search(words) and not truth.given.get(scope):
            yield f"allowed: {scope} is not"
        if NOT_ALLOWED.search(words) and truth.given.get(scope):
            yield f"not allowed: {scope} is"
    yield from _stages(truth)


def _stages(truth: Truth) -> Iterator[str]:
    if not truth.report or truth.report.closed:
        return
    ahead = STAGES[STAGES.index(truth.report.stage) + 1 :]
    for stage in ahead:
        code = codes().get_code("report_stage", stage)
        for label in {code.label("vi"), code.label("en")} & set(truth.stages):
            yield f"done: {label!r}, and the report is {truth.report.stage}"
