"""What happens to ways in: sessions, device cookies, and what colleagues are told when one changes."""

import secrets
from datetime import date, datetime, timedelta
from hashlib import sha256

from django.db.models import F

from tincay.core.clock import local_day
from tincay.people.models import AccessNotice, Desk, DeviceCookie, Membership, StaffSession, User
from tincay.people.tenancy import ScopedQuerySet
from tincay.web.security_log import Event, note
from tincay.web.transactions import leave_no_copy, one_transaction

COOKIE_DAYS = 90
WRONG_PASSWORDS = 10
"""After so many with one device cookie it is a stranger's."""
OF_KIND = {
    "own_key": Event.OWN_KEY_CHANGED,
    "desk_key": Event.DESK_KEY_CHANGED,
    "desk_key_handed": Event.DESK_KEY_HANDED,
    "password": Event.PASSWORD_CHANGED,
    "second_factor": Event.SECOND_FACTOR_CHANGED,
}


# --- sessions


@one_transaction
def end_sessions(*, user: User, but: str = "") -> int:
    """Sign a user out everywhere, but in the session with this row key; how many ended."""
    ended, _ = StaffSession.objects.within(user=user).exclude(session_key=but).delete()
    leave_no_copy()
    if ended:
        note_about(Event.SESSIONS_ENDED, user)
    return ended


@one_transaction
def end_session(*, user: User, row_key: str) -> None:
    """End one of the user's own sessions."""
    if StaffSession.objects.within(user=user).filter(session_key=row_key).delete()[0]:
        note_about(Event.SESSIONS_ENDED, user)


def note_about(event: Event, user: User, desk: str = "") -> None:
    """One line of the log about somebody's way in: function number and organisation's code, no more."""
    note(event, organisation=user.organisation.code, number=user.number, desk=desk)


# --- device cookies


def _hash(secret: str) -> bytes:
    return sha256(secret.encode()).digest()


def _trusted(secret: str, today: date) -> ScopedQuerySet[DeviceCookie]:
    rows = DeviceCookie.objects.for_the_rules().filter(secret_hash=_hash(secret))
    return rows.filter(failures__lt=WRONG_PASSWORDS, day__gt=today - timedelta(days=COOKIE_DAYS))


def is_acquainted(secret: str, *, today: date) -> bool:
    """Whether anybody came in with both factors in the browser that holds this secret."""
    return bool(secret) and _trusted(secret, today).exists()


def device_cookie(secret: str, username: str, *, today: date) -> DeviceCookie | None:
    """The device cookie of this browser for this name, while it is trusted."""
    return _trusted(secret, today).filter(user__username__iexact=username).first() if secret else None


@one_transaction
def spend_password(*, cookie: DeviceCookie) -> bool:
    """Count one more password of this cookie before it is looked at, in all processes; whether it may be."""
    row = DeviceCookie.objects.within(user=cookie.user).filter(pk=cookie.pk, failures__lt=WRONG_PASSWORDS)
    return bool(row.update(failures=F("failures") + 1))


@one_transaction
def count_wrong_password(*, cookie: DeviceCookie) -> None:
    """It was wrong: what was counted stays, and the log says so when it was the last one."""
    cookie.refresh_from_db(fields=["failures"])
    if cookie.failures == WRONG_PASSWORDS:
        note_about(Event.DEVICE_LOCKED, cookie.user)


@one_transaction
def give_password_back(*, cookie: DeviceCookie) -> None:
    """It was right, or nobody looked at it."""
    row = DeviceCookie.objects.within(user=cookie.user).filter(pk=cookie.pk, failures__gt=0)
    row.update(failures=F("failures") - 1)


@one_transaction
def remember_device(*, user: User, secret: str, now: datetime) -> str:
    """This user came in with both factors: the secret that the browser keeps from now on.

    One that somebody already came in with stays, for colleagues share machines; any other one is not taken.
    """
    rows = DeviceCookie.objects.for_the_rules()
    if not secret or not rows.filter(secret_hash=_hash(secret)).exists():
        secret = secrets.token_urlsafe(32)
    fresh = {"day": local_day(now), "failures": 0}
    rows.update_or_create(secret_hash=_hash(secret), user=user, defaults=fresh)
    return secret


@one_transaction
def forget_device(*, secret: str) -> None:
    """Nobody came in in this browser, as far as the server knows."""
    DeviceCookie.objects.for_the_rules().filter(secret_hash=_hash(secret)).delete()


@one_transaction
def forget_devices(*, user: User) -> None:
    """All machines are strange for this user."""
    DeviceCookie.objects.within(user=user).delete()


@one_transaction
def forget_old_access(*, now: datetime) -> int:
    """Delete sessions that are over and device cookies that nobody used for so long; how many."""
    old = local_day(now) - timedelta(days=COOKIE_DAYS)
    sessions = StaffSession.objects.for_the_rules().filter(expire_date__lt=now).delete()[0]
    return sessions + DeviceCookie.objects.for_the_rules().filter(day__lte=old).delete()[0]


# --- what colleagues are told


@one_transaction
def tell_colleagues(
    *, user: User, kind: str, now: datetime, desk: Desk | None = None, receiver: User | None = None
) -> None:
    """A way in of this user has changed, or by this user's hand a desk's key, or who (`receiver`) holds it: everybody
    at the desks is shown it.

    The user too: whoever did not do it learns it there.
    """
    desks = [desk] if desk else Desk.objects.within(memberships__user=user)
    seats = Membership.objects.for_the_rules().filter(desk__in=desks, user__is_active=True)
    for reader in {*seats.values_list("user", flat=True), user.pk}:
        AccessNotice.objects.for_the_rules().get_or_create(
            reader_id=reader,
            kind=kind,
            number=user.number,
            receiver=receiver.number if receiver else None,
            desk=desk,
            day=local_day(now),
        )
    note_about(OF_KIND[kind], user, desk.code if desk else "")


@one_transaction
def dismiss_notice(*, reader: User, notice_id: int) -> None:
    """This reader has read it; others still see it."""
    AccessNotice.objects.within(reader=reader).filter(pk=notice_id).delete()
