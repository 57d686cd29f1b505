"""What a report can be asked."""

from datetime import date, datetime
from typing import Any

from django.db.models import Max

from tincay.core.clock import ZONE
from tincay.core.consent import Grant
from tincay.directory.queries import fallback, provinces
from tincay.intake.models import Report
from tincay.people.models import Desk


def grants(report: Report) -> list[Grant]:
    """Her words about consent, as core.consent reads them."""
    return [
        Grant(
            scope=row.scope,
            receiver=row.receiver or None,
            items=frozenset(row.items),
            given=row.given,
            number=row.number,
            day=row.day,
            expires=row.expires,
        )
        for row in report.grants.order_by("number")
    ]


def last_message(report: Report, **of: bool) -> datetime | None:
    """When the last message of the thread was posted, or the last of hers (from_reporter=True)."""
    found: datetime | None = report.messages.filter(**of).aggregate(last=Max("posted_at"))["last"]
    return found


def quiet_since(report: Report) -> date | None:
    """The day it was handled, or of the last message after that; None before it is handled."""
    if report.handled_at is None:
        return None
    return max(report.handled_at, last_message(report) or report.handled_at).astimezone(ZONE).date()


def with_locator(locator: bytes) -> Report | None:
    """The report behind a receipt, for the person who holds it."""
    return (
        Report.objects.for_the_rules()
        .filter(locator=locator)
        .exclude(receipt="")
        .select_related("desk__organisation")
        .first()
    )


def with_key(key: str) -> Report | None:
    """The report that an envelope with this key became. Nearly always there is none, so that is asked first."""
    rows = Report.objects.for_the_rules().filter(key=key)
    return rows.select_related("desk").first() if rows.exists() else None


def case_desk(desk: Desk) -> Desk:
    """Who may read identity: the case desk of the organisation that was asked, else the install's."""
    own = Desk.objects.filter(organisation=desk.organisation_id, purpose="case").exclude(recipient="").first()
    return own or fallback().case


def desk_and_case(code: str) -> tuple[Desk | None, Desk | None]:
    """A desk and, as in case_desk, who may read identity of what it is sent; asked at once."""
    family = list(Desk.objects.filter(organisation__desks__code=code).order_by("pk"))
    desk = next((one for one in family if one.code == code), None)
    own = next((one for one in family if one.purpose == "case" and one.recipient), None)
    return desk, own or (fallback().case if desk else None)


def desks_of_the_page() -> dict[str, Any]:
    """Whose keys a phone seals to, by province: narrative and thread to the desk, identity to the case desk."""
    default = fallback()
    cases = {desk.organisation_id: desk for desk in _case_desks()}

    def sealed_to(desk: Desk) -> dict[str, str]:
        case = cases.get(desk.organisation_id, default.case)
        return {"desk": desk.code, "recipient": desk.recipient, "identity_recipient": case.recipient}

    own = {
        province.code: sealed_to(province.desk)
        for province in provinces()
        if province.desk and province.desk.recipient
    }
    return {"provinces": own, "default": sealed_to(default.triage)}


def _case_desks() -> list[Desk]:
    # The first of an organisation wins, as in case_desk: it is written last.
    return list(Desk.objects.filter(purpose="case").exclude(recipient="").order_by("-pk"))
