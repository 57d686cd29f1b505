"""What happens to organisations, desks and users."""

from allauth.mfa.models import Authenticator

from tincay.people.access import end_sessions, forget_devices, note_about
from tincay.people.models import Desk, Membership, Organisation, User
from tincay.web.security_log import Event
from tincay.web.transactions import one_transaction


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
