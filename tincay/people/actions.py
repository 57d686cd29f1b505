"""What happens to organisations, desks and users."""

from datetime import datetime, time, timedelta

from allauth.mfa.models import Authenticator
from django.db.models import Q

from tincay.core.clock import ZONE
from tincay.people.access import end_sessions, forget_devices, note_about
from tincay.people.models import Desk, Membership, Notice, Organisation, User
from tincay.people.rights import ROLE_RIGHTS, May
from tincay.web.security_log import Event
from tincay.web.transactions import leave_no_copy, one_transaction

MINUTES_FOR = timedelta(days=1)
"""How long a notice says in which minute it was written."""


@one_transaction
def add_organisation(*, code: str, name_vi: str, name_en: str, kind: str, scope: list[str]) -> Organisation:
    """Add an organisation to the network; the one whose scope is `coordinating_body` hears escalation e4."""
    return Organisation.objects.create(
        code=code,
        name_vi=name_vi,
        name_en=name_en,
        kind=kind,
        scope=scope,
        coordinating="coordinating_body" in scope,
    )


@one_transaction
def add_desk(
    *,
    organisation: Organisation,
    code: str,
    name_vi: str,
    name_en: str,
    purpose: str,
    post_vi: str = "",
    post_en: str = "",
) -> Desk:
    """Add a desk. It can receive nothing until it has a key (vault.actions.set_desk_key)."""
    return Desk.objects.create(
        organisation=organisation,
        code=code,
        name_vi=name_vi,
        name_en=name_en,
        purpose=purpose,
        post_vi=post_vi,
        post_en=post_en,
    )


@one_transaction
def add_user(
    *,
    organisation: Organisation,
    username: str,
    password: str | None,
    role: str,
    title_vi: str = "",
    title_en: str = "",
    notice_address: str = "",
) -> User:
    """Add a user with the next free number of the organisation; without a password nobody can sign in yet."""
    last = organisation.users.order_by("-number").values_list("number", flat=True).first() or 0
    user = User(
        organisation=organisation,
        username=username,
        role=role,
        number=last + 1,
        title_vi=title_vi,
        title_en=title_en,
        notice_address=notice_address,
    )
    user.set_password(password)
    user.save()
    return user


@one_transaction
def suspend(*, user: User) -> None:
    """Shut a user out: no sign-in, no session, no second factor, no call. Everything done so far stays."""
    User.objects.for_the_rules().filter(pk=user.pk).update(is_active=False)
    Authenticator.objects.filter(user=user).delete()
    user.notices.all().delete()
    forget_devices(user=user)
    end_sessions(user=user)
    note_about(Event.SUSPENDED, user)


@one_transaction
def let_in_again(*, user: User, password: str) -> None:
    """A first password once more: the next sign-in sets a second factor as the very first one did."""
    user.set_password(password)
    user.is_active = True
    user.save(update_fields=["password", "is_active"])
    Authenticator.objects.filter(user=user).delete()
    forget_devices(user=user)
    end_sessions(user=user)
    note_about(Event.ACCESS_RESET, user)


@one_transaction
def add_seat(*, user: User, desk: Desk, on_call: int | None = None) -> Membership:
    """Give a user a place at a desk; what the desk's key opens comes later, from a colleague's browser."""
    seats = Membership.objects.for_the_rules()
    return seats.update_or_create(user=user, desk=desk, defaults={"on_call": on_call})[0]


@one_transaction
def call_on_duty(*, desk: Desk, now: datetime, place: int | None = 0) -> Notice | None:
    """Write the contentless notice for whoever is `place`-th on call at this desk; None when there is nobody.

    Where that place is empty, and for no place, a supervisor is called: the desk's, else the organisation's.
    """
    seats = Membership.objects.for_the_rules().filter(desk=desk)
    on_call = seats.on_call().values_list("user_id", flat=True)
    called = None if place is None else next(iter(on_call[place : place + 1]), None)
    called = called or _second_person(desk)
    return None if called is None else Notice.objects.create(user_id=called, created_at=now)


def _second_person(desk: Desk) -> int | None:
    """Those of the desk before those elsewhere in its organisation."""
    roles = [role for role, rights in ROLE_RIGHTS.items() if May.SECOND_PERSON in rights]
    in_organisation = User.objects.of_desk(desk).filter(role__in=roles, is_active=True)
    at_desk = in_organisation.filter(memberships__desk=desk)
    return (at_desk.order_by("id").first() or in_organisation.order_by("id").first() or User()).pk


@one_transaction
def see_notices(*, user: User) -> None:
    """This user has looked: what was waiting to be said is said."""
    user.notices.all().delete()


@one_transaction
def coarsen_notices(*, now: datetime) -> int:
    """Let notices older than a day say their day only, as local midnight; how many. Whoever does not look for half a
    year would else keep the minute in which a report came that closed since."""
    old = now - MINUTES_FOR
    precise_calls = Q(created_at__lte=old) & ~Q(created_at__time=time.min)
    precise_sendings = Q(sent_at__lte=old) & ~Q(sent_at__time=time.min)
    rows = list(Notice.objects.for_the_rules().filter(precise_calls | precise_sendings))
    for notice in rows:
        notice.created_at = _midnight(notice.created_at)
        if notice.sent_at and notice.sent_at <= old:
            notice.sent_at = _midnight(notice.sent_at)
        notice.save(update_fields=["created_at", "sent_at"])
    if rows:
        leave_no_copy()
    return len(rows)


def _midnight(at: datetime) -> datetime:
    return at.astimezone(ZONE).replace(hour=0, minute=0, second=0, microsecond=0)
