"""What a report can be asked."""

from tincay.core.consent import Grant
from tincay.intake.models import Report


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
