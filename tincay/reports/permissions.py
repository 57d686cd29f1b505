"""Which reports a right reaches: one policy for the list and for the single report."""

from collections.abc import Callable
from uuid import UUID

from django.db.models import Q
from django.http import Http404

from tincay.people.models import User
from tincay.people.rights import May
from tincay.reports.models import Report, ReportSet


def of_own_desks(user: User) -> ReportSet:
    return Report.objects.visible_to(user)


def of_own_organisation(user: User) -> ReportSet:
    return Report.objects.of_organisation(user)


def of_the_network(user: User) -> ReportSet:
    """Only the coordinating body, and only what climbed to it; its pages show codes and dates."""
    if not user.organisation.coordinating:
        return Report.objects.for_the_rules().none()
    climbed = Q(clocks__escalations__level="e4", clocks__met_at__isnull=True)
    return Report.objects.for_the_rules().filter(climbed).distinct()


REACH: dict[May, Callable[[User], ReportSet]] = {
    May.SEE_QUEUE: of_own_desks,
    May.OPEN_REPORT: of_own_desks,
    May.MOVE_REPORT: of_own_desks,
    May.SECOND_PERSON: of_own_desks,
    May.SEE_OVERDUE: of_own_organisation,
    May.SEE_ESCALATED: of_the_network,
}
"""Rights that are not named here reach no report at all."""


def reports(user: User, right: May) -> ReportSet:
    """The reports that this right reaches for this user; none without the right."""
    if right not in REACH or not user.may(right):
        return Report.objects.for_the_rules().none()
    return REACH[right](user)


def report_or_404(user: User, right: May, report_id: UUID) -> Report:
    """One report. Somebody else's and one that never was are answered by the same path."""
    report = reports(user, right).select_related("desk__organisation").filter(pk=report_id).first()
    if report is None:
        raise Http404
    return report
