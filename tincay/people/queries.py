"""What everybody may know of who works here: never who. And whether somebody who is called hears of it."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import QuerySet

from tincay.people.models import ChannelState, Desk, Membership, Notice, Organisation, StaffSession, User

MAILTO = "mailto:"
ON_CALL = """
    SELECT seat.user_id, who.notice_address
    FROM people_membership seat JOIN people_user who ON who.id = seat.user_id
    WHERE seat.desk_id = %s AND seat.on_call IS NOT NULL AND who.is_active = %s
    ORDER BY seat.on_call
"""
UNSEEN = (
    "SELECT id, user_id, urgent, seen FROM people_notice WHERE user_id = %s AND urgent = %s AND seen = %s"
)
UNSEEN_SHARED = f"{UNSEEN} FOR SHARE"
UNSENT_FOR = timedelta(minutes=10)
"""A notice that waits longer calls nobody."""


def law_enforcement() -> list[Organisation]:
    """The bodies of this install that enforce the law: what she agrees to may go to one that she names."""
    return [body for body in Organisation.objects.order_by("name_vi", "code") if body.enforces_law]


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


def reaches(address: str) -> bool:
    """Whether a channel of this install can reach somebody with this notice address."""
    by_webhook = settings.TINCAY_NOTICE_WEBHOOK and address and not address.startswith(MAILTO)
    by_mail = settings.TINCAY_MAIL_HOST and "@" in address
    return bool(by_webhook or by_mail)


def desks_on_call() -> set[int]:
    """The desks where somebody is on call whom a channel of this install can reach."""
    seats = Membership.objects.for_the_rules().on_call().values_list("desk", "user__notice_address")
    return {desk for desk, address in seats if reaches(address)}


def users_on_call(desk: Desk) -> list[int]:
    """Who is called at this desk, the first one first. Whom no channel reaches hears nothing: the others stand before
    them."""
    # By hand, because every report asks: the mapper costs ten times the database here.
    with connection.cursor() as cursor:
        cursor.execute(ON_CALL, [desk.pk, True])
        seats = cursor.fetchall()
    return [user for user, address in sorted(seats, key=lambda seat: not reaches(seat[1]))]


def sessions_of(user: User) -> QuerySet[StaffSession]:
    """Where this user is signed in, the newest first."""
    return StaffSession.objects.within(user=user).order_by("-day", "session_key")


def hold_unseen_notice(user: int) -> Notice | None:
    """The notice that this user has not seen, none of the urgent ones; it stays unseen until this transaction ends.

    Many reports at once hold it together and do not wait for each other.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            UNSEEN_SHARED if connection.features.has_select_for_update else UNSEEN, [user, False, False]
        )
        row = cursor.fetchone()
    return Notice.from_db(DEFAULT_DB_ALIAS, ["id", "user_id", "urgent", "seen"], row) if row else None
