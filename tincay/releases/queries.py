"""What the published numbers can be asked: always the stored answer, so that asking again gains nothing."""

from django.db.models import Sum

from tincay.releases.models import PrivacyBudget, PublishedNumber, Release


class NeverPublished(LookupError):
    """No release holds this figure."""


def answer(release: Release, **chosen: str) -> PublishedNumber:
    """The stored number for these answers. Raises NeverPublished."""
    names = sorted(chosen)
    number = (
        PublishedNumber.objects.filter(release=release)
        .of_table(names)
        .filter(cell="×".join(chosen[name] for name in names))
        .first()
    )
    if number is None:
        raise NeverPublished
    return number


def left(budget: PrivacyBudget) -> int:
    """Micro-rho of the budget that may still be spent."""
    return budget.micro_rho - (budget.spends.aggregate(sum=Sum("micro_rho"))["sum"] or 0)
