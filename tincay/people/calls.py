"""Who is called when work comes, how often somebody is rung, and when a call counts as seen."""

from collections.abc import Iterator
from datetime import datetime, time, timedelta

from django.db.models import F, Q, Sum

from tincay.core.clock import ZONE
from tincay.people.models import Desk, Notice, User
from tincay.people.queries import hold_unseen_notice, users_on_call
from tincay.people.rights import ROLE_RIGHTS, May
from tincay.web.transactions import leave_no_copy, one_transaction

MINUTES_FOR = timedelta(days=1)
"""How long a notice says in which minute it was written."""
REPEATS = (timedelta(minutes=20), timedelta(minutes=40))
"""After how long somebody in danger rings again whoever has not seen it."""
NIGHT, MOST_RINGS, MOST_REMINDERS = timedelta(hours=12), 6, 3
"""How often one person is rung within how long, in each urgency: who is rung all night switches it off. The seventh
for somebody in danger goes to the next in line, any other stands on the page; reminders leave half for those who come.
"""


@one_transaction
def call_on_duty(
    *, desk: Desk, now: datetime, place: int | None = 0, urgent: bool = False, reminder: bool = False
) -> Notice | None:
    """Call whoever is `place`-th on call at this desk with a contentless notice; None when nobody is called.

    Where that place is empty, and for no place, a supervisor is called: the desk's, else the organisation's. Whoever
    has not seen the last notice of this urgency gets no second one. For somebody in danger (`urgent`) whoever was rung
    often enough in a night is passed over for the next in line; a `reminder` of one rings once, and leaves rings for
    the next one in danger.
    """
    most = MOST_REMINDERS if reminder else MOST_RINGS
    for user in _in_line(desk, place):
        if not urgent or _rings(user, now, urgent=True) < most:
            return _notify(user, urgent=urgent, again=not reminder, now=now)
    return None


def _in_line(desk: Desk, place: int | None) -> Iterator[int]:
    """Who is called at this place, and who in their stead, the first one first."""
    if place is not None:
        yield from users_on_call(desk)[place:]
    if second := _second_person(desk):
        yield second


def _rings(user: int, now: datetime, *, urgent: bool) -> int:
    """How often this user was rung within a night."""
    lately = Notice.objects.for_the_rules().filter(user=user, urgent=urgent, created_at__gt=now - NIGHT)
    rings: int = lately.aggregate(rings=Sum("rings", default=0))["rings"]
    return rings


def _notify(user: int, *, urgent: bool, again: bool, now: datetime) -> Notice:
    """The one unseen notice of this urgency. An urgent one whose repeats are over rings anew, and again if it is to."""
    if not urgent and (waiting := hold_unseen_notice(user)):
        return waiting
    silent = not urgent and _rings(user, now, urgent=False) >= MOST_RINGS
    notice = Notice(
        user_id=user,
        urgent=urgent,
        rings=0 if silent else 1,
        rung_again=0 if urgent and again else len(REPEATS),
        created_at=now,
        sent_at=now if silent else None,
    )
    if Notice.objects.insert_new([notice]):
        return notice
    unseen = Notice.objects.for_the_rules().unseen().filter(user=user, urgent=urgent)
    before = unseen.select_for_update(of=("self",)).first()
    if before is None:
        return _notify(user, urgent=urgent, again=again, now=now)  # seen in this moment
    if not urgent or before.rung_again < len(REPEATS):
        return before
    if before.sent_at is None:  # no channel took it yet: it rings for this one too
        before.rung_again, before.created_at = notice.rung_again, now
        before.save(update_fields=["rung_again", "created_at"])
        return before
    # Each round keeps its own time, so that rings leave the night that is counted.
    before.seen = True
    before.save(update_fields=["seen"])
    Notice.objects.insert_new([notice])
    return notice


@one_transaction
def repeat_notices(*, now: datetime) -> int:
    """Ring again where somebody in danger was not seen for 20 minutes, and for 40; how many. A late run rings once."""
    every = Notice.objects.for_the_rules()
    # Written under a clock that ran ahead: they would neither ring again nor leave the night that is counted.
    every.filter(created_at__gt=now).update(created_at=now)
    due = every.unseen().filter(urgent=True, created_at__lte=now - REPEATS[0])
    again = 0
    for notice in due.filter(rung_again__lt=len(REPEATS)).select_for_update(of=("self",)):
        over = sum(now - notice.created_at >= wait for wait in REPEATS)
        # What the channel did not take yet rings anyway.
        if (
            over > notice.rung_again
            and notice.sent_at
            and _rings(notice.user_id, now, urgent=True) < MOST_RINGS
        ):
            notice.rings, notice.sent_at = notice.rings + 1, None
            again += 1
        notice.rung_again = over
        notice.save(update_fields=["rings", "rung_again", "sent_at"])
    return again


def _second_person(desk: Desk) -> int | None:
    """Those of the desk before those elsewhere in its organisation."""
    roles = [role for role, rights in ROLE_RIGHTS.items() if May.SECOND_PERSON in rights]
    in_organisation = User.objects.of_desk(desk).filter(role__in=roles, is_active=True)
    at_desk = in_organisation.filter(memberships__desk=desk)
    return (at_desk.order_by("id").first() or in_organisation.order_by("id").first() or User()).pk


@one_transaction
def see_notices(*, user: User, urgent: bool | None = None) -> None:
    """This user has pressed that it is seen: nothing of it waits or rings again. Only of one urgency when it is said.

    Whoever lets a page load has seen nothing: this is called where somebody presses, and nowhere else.
    """
    unseen = user.notices.unseen() if urgent is None else user.notices.unseen().filter(urgent=urgent)
    # Before it rang: it is no ring.
    unseen.filter(sent_at=None, rings=1).delete()
    unseen.filter(sent_at=None).update(rings=F("rings") - 1, sent_at=F("created_at"))
    unseen.update(seen=True)


@one_transaction
def coarsen_notices(*, now: datetime) -> int:
    """Let notices older than a day say their day only, as local midnight; how many. Whoever does not look for half a
    year would else keep the minute in which a report came that closed since. What was seen goes after a night."""
    old = now - MINUTES_FOR
    gone, _ = Notice.objects.for_the_rules().filter(seen=True, created_at__lte=now - NIGHT).delete()
    precise_calls = Q(created_at__lte=old) & ~Q(created_at__time=time.min)
    precise_sendings = Q(sent_at__lte=old) & ~Q(sent_at__time=time.min)
    rows = list(Notice.objects.for_the_rules().filter(precise_calls | precise_sendings))
    for notice in rows:
        notice.created_at = _midnight(notice.created_at)
        if notice.sent_at and notice.sent_at <= old:
            notice.sent_at = _midnight(notice.sent_at)
        notice.save(update_fields=["created_at", "sent_at"])
    if rows or gone:
        leave_no_copy()
    return len(rows) + gone


def _midnight(at: datetime) -> datetime:
    return at.astimezone(ZONE).replace(hour=0, minute=0, second=0, microsecond=0)
