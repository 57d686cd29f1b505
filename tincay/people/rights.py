"""The names of all rights and the roles that hold them. `tincay rights` prints this as one table: docs/rights.md."""

from enum import StrEnum


class May(StrEnum):
    """What a user may do. A right never crosses an organisation: `visible_to` decides which rows."""

    SEE_QUEUE = "see the queue of the own desks"
    OPEN_REPORT = "open a report of the own desks"
    MOVE_REPORT = "verify, classify, answer and close a report of the own desks"
    SECOND_PERSON = "be the second person who closes a report without an answer"
    SEE_OVERDUE = "see what is late in the own organisation: codes and dates"
    SEE_ESCALATED = "see what was escalated to the coordinating body: codes and dates"
    CHANGE_CALENDAR = "add a closure day for the future, with a reason"
    HOLD_KEY = "hold a key of their own"
    MANAGE_DESK = "add members to a desk of the own organisation and remove them"
    RUN_ESTIMATES = "ask tables of counts, write down claims, publish an estimate: totals only"
    CHECK_NUMBERS = "say whether an emergency number that her pages may show is right"
    SEE_HEALTH = "see versions, queue lengths, backups: never a report"


ROLE_RIGHTS: dict[str, frozenset[May]] = {
    "operator": frozenset({May.SEE_QUEUE, May.OPEN_REPORT, May.MOVE_REPORT, May.HOLD_KEY}),
    "case_worker": frozenset({May.SEE_QUEUE, May.OPEN_REPORT, May.MOVE_REPORT, May.HOLD_KEY}),
    "supervisor": frozenset(
        {
            May.SEE_QUEUE,
            May.OPEN_REPORT,
            May.MOVE_REPORT,
            May.SECOND_PERSON,
            May.SEE_OVERDUE,
            May.HOLD_KEY,
            May.MANAGE_DESK,
        }
    ),
    "unit_head": frozenset({May.SEE_OVERDUE}),
    "oversight": frozenset({May.SEE_ESCALATED}),
    "steward": frozenset({May.CHANGE_CALENDAR, May.CHECK_NUMBERS, May.SEE_HEALTH}),
    "me_officer": frozenset({May.RUN_ESTIMATES}),
}
"""Roles that are missing here (police liaison, donor, …) hold no right yet: their parts are not built."""


KIND_RIGHTS: dict[str, frozenset[May]] = {"research": frozenset({May.RUN_ESTIMATES})}
"""What everybody of an organisation of this kind (org_type) may, whatever the role."""


def holds(role: str, right: May) -> bool:
    return right in ROLE_RIGHTS.get(role, frozenset())


def comes_with_kind(kind: str, right: May) -> bool:
    return right in KIND_RIGHTS.get(kind, frozenset())


INTRODUCTION = """# Who may do what

`./run tincay rights` prints this table; `--write` writes this file, and a test fails when it differs from the code.
Columns are codes of `user_role` and, at the end, of `org_type`: what everybody in such an organisation may. Roles that
have no column hold no right. Which rows a right reaches is said in its own words.

"""


def table() -> str:
    """All rights and who holds them, as a table that a lawyer can read (Markdown)."""
    holders = {**ROLE_RIGHTS, **KIND_RIGHTS}
    names = [*ROLE_RIGHTS, *(f"{kind} (all)" for kind in KIND_RIGHTS)]
    lines = [["", *names], ["---", *("---" for _ in names)]]
    lines += [[right, *("yes" if right in rights else "" for rights in holders.values())] for right in May]
    return INTRODUCTION + "".join(f"| {' | '.join(line)} |\n" for line in lines)
