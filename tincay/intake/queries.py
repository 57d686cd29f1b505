"""What a report can be asked."""

from typing import Any

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
    """The report that an envelope with this key became."""
    return Report.objects.for_the_rules().filter(key=key).select_related("desk").first()


def case_desk(desk: Desk) -> Desk:
    """Who may read identity: the case desk of the organisation that was asked, else the install's."""
    own = Desk.objects.filter(organisation=desk.organisation_id, purpose="case").exclude(recipient="").first()
    return own or fallback().case


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
