"""What the intake pages ask: whose keys a phone seals to."""

from typing import Any

from tincay.directory.queries import fallback, provinces
from tincay.people.models import Desk


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
