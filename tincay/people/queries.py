"""What everybody may know of who works here: never who. And whether somebody who is called hears of it."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Q, QuerySet

from tincay.people.models import ChannelState, Membership, Notice, StaffSession, User

MAILTO = "mailto:"
UNSENT_FOR = timedelta(minutes=10)
"""A notice that waits longer calls nobody."""


def channels_configured() -> bool:
    return bool(settings.TINCAY_NOTICE_WEBHOOK or settings.TINCAY_MAIL_HOST)


def channel_works(now: datetime) -> bool:
    """Whether calls really go out: the last try went through, and nothing waits. Before the first try nobody knows."""
    state = ChannelState.objects.first()
    proven = state is not None and state.worked_on is not None and state.failing_since is None
    return channels_configured() and proven and not unsent(now).exists()


def unsent(now: datetime) -> QuerySet[Notice]:
    """Notices that should have gone out by now."""
    return Notice.objects.for_the_rules().filter(sent_at=None, created_at__lt=now - UNSENT_FOR)


def reachable() -> Q:
    """Of seats: those of people whom a channel of this install can reach."""
    reached = Q(pk=None)
    if settings.TINCAY_NOTICE_WEBHOOK:
        reached |= ~Q(user__notice_address="") & ~Q(user__notice_address__startswith=MAILTO)
    if settings.TINCAY_MAIL_HOST:
        reached |= Q(user__notice_address__contains="@")
    return reached


def desks_on_call() -> set[int]:
    """The desks where somebody is on call whom a channel of this install can reach."""
    reached = Membership.objects.for_the_rules().on_call().filter(reachable())
    return set(reached.values_list("desk", flat=True))


def sessions_of(user: User) -> QuerySet[StaffSession]:
    """Where this user is signed in, the newest first."""
    return StaffSession.objects.within(user=user).order_by("-day", "session_key")
