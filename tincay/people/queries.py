"""What everybody may know of who works here: never who."""

from django.db.models import QuerySet

from tincay.people.models import Membership, StaffSession, User


def desks_on_call() -> set[int]:
    """The desks where somebody is on call who can be reached."""
    reached = Membership.objects.for_the_rules().on_call().exclude(user__notice_address="")
    return set(reached.values_list("desk", flat=True))


def sessions_of(user: User) -> QuerySet[StaffSession]:
    """Where this user is signed in, the newest first."""
    return StaffSession.objects.within(user=user).order_by("-day", "session_key")
