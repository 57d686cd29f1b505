"""Organisations, desks, users. Public keys only: what opens anything is in the vault, sealed."""

from typing import Any, Self, cast
from uuid import uuid4

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models

from tincay.core.officials import POLICE_KINDS, STATE_KINDS
from tincay.people.rights import KIND_RIGHTS, May, comes_with_kind, holds
from tincay.people.tenancy import GuardedQuerySet, PublicQuerySet, ScopedQuerySet

SECOND_FACTORS = ("totp", "webauthn")
"""Kinds of allauth's authenticators that are a second factor here; recovery codes are not."""
_RIGHTS_BY_KIND = {right for rights in KIND_RIGHTS.values() for right in rights}


class Organisation(models.Model):
    """An organisation of the network. `kind` and `scope` are codes of org_type and org_scope."""

    code = models.SlugField(unique=True)
    name_vi = models.CharField(max_length=120)
    name_en = models.CharField(max_length=120)
    kind = models.CharField(max_length=40)
    scope = models.JSONField(default=list)
    coordinating = models.BooleanField(default=False)

    objects = PublicQuerySet["Organisation"].as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["coordinating"], condition=models.Q(coordinating=True), name="one_coordinating_body"
            )
        ]

    def name(self, language: str) -> str:
        return self.name_en if language == "en" else self.name_vi

    @property
    def of_the_state(self) -> bool:
        return self.kind in STATE_KINDS or self.enforces_law

    @property
    def enforces_law(self) -> bool:
        """The police and whoever works like them: they see what she agreed to, never a report."""
        return self.kind in POLICE_KINDS or "law_enforcement" in self.scope


class Desk(models.Model):
    """A team that reports are sealed to. `recipient` is its public key (age1…), empty until it has one."""

    PURPOSES = [("triage", "triage"), ("case", "case"), ("oversight", "oversight")]

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="desks")
    code = models.SlugField(unique=True)
    name_vi = models.CharField(max_length=120)
    name_en = models.CharField(max_length=120)
    purpose = models.CharField(max_length=20, choices=PURPOSES)
    recipient = models.CharField(max_length=80, blank=True)
    # What verifies its replies: 32 bytes, empty until it has a key.
    signing = models.BinaryField(max_length=32, default=bytes)
    # Somebody who held the key has left: a member's browser has to make a new one.
    key_due = models.BooleanField(default=False)
    # What she is told about who answers a stage is the name of a post, never of a person.
    post_vi = models.CharField(max_length=120, blank=True)
    post_en = models.CharField(max_length=120, blank=True)

    objects = PublicQuerySet["Desk"].as_manager()

    def name(self, language: str) -> str:
        return self.name_en if language == "en" else self.name_vi

    def post(self, language: str) -> str:
        return (self.post_en if language == "en" else self.post_vi) or self.name(language)


class DeskKey(models.Model):
    """The public halves of each key that a desk ever had. From the second on the key before it has signed it.

    Format: docs/formats/routing.md. The first one is signed by the install, in its routing statement.
    """

    desk = models.ForeignKey(Desk, models.PROTECT, related_name="keys")
    number = models.PositiveIntegerField()
    recipient = models.CharField(max_length=80)
    signing = models.BinaryField(max_length=32)
    document = models.BinaryField()
    signature = models.BinaryField(default=bytes)

    objects = PublicQuerySet["DeskKey"].as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["desk", "number"], name="one_desk_key_a_number")]


class UserSet(GuardedQuerySet["User"]):
    """Accounts. Django and allauth ask for one before anybody is known, so the rows themselves answer to them; the
    product says whose it wants (tests/test_architecture.py), and a join to this table has to be scoped."""

    open_rows = True

    def of_desk(self, desk: Desk) -> Self:
        """Those of the organisation that a desk belongs to."""
        return self._scope().filter(organisation=desk.organisation_id)


UserManager = BaseUserManager.from_queryset(UserSet)


class User(AbstractBaseUser):
    """Somebody who works here. Shown to reporters as "Người hỗ trợ số N", never by name."""

    username = models.CharField(max_length=60, unique=True)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="users")
    role = models.CharField(max_length=40)
    number = models.PositiveSmallIntegerField()
    title_vi = models.CharField(max_length=80, blank=True)
    title_en = models.CharField(max_length=80, blank=True)
    recipient = models.CharField(max_length=80, blank=True)
    is_active = models.BooleanField(default=True)
    # Where the contentless "Có việc mới" goes; empty: nowhere.
    notice_address = models.CharField(max_length=200, blank=True)
    # Django would write the second of each sign-in here.
    last_login = None

    USERNAME_FIELD = "username"
    objects = UserManager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "number"], name="one_number_in_an_organisation")
        ]

    def may(self, right: May) -> bool:
        return self.is_active and (holds(self.role, right) or self._by_kind(right))

    def _by_kind(self, right: May) -> bool:
        """Rights of everybody in an organisation of this kind; the row is read only where one could apply."""
        return right in _RIGHTS_BY_KIND and comes_with_kind(self.organisation.kind, right)

    def has_second_factor(self) -> bool:
        """Without one there is no work; it is set up at the first sign-in."""
        theirs = cast(Any, self).authenticator_set  # allauth's, without types
        return bool(theirs.filter(type__in=SECOND_FACTORS).exists())

    def title(self, language: str) -> str:
        return (self.title_en if language == "en" else self.title_vi) or self.username


class MembershipSet(ScopedQuerySet["Membership"]):
    def visible_to(self, user: User) -> Self:
        """Who sits where in the own organisation."""
        return self._scope().filter(desk__organisation=user.organisation_id)

    def on_call(self) -> Self:
        """Who is paged, first one first."""
        return self.filter(on_call__isnull=False, user__is_active=True).order_by("on_call")


class Membership(models.Model):
    """A user's place at a desk. `on_call` is the order in which people are paged."""

    user = models.ForeignKey(User, models.CASCADE, related_name="memberships")
    desk = models.ForeignKey(Desk, models.CASCADE, related_name="memberships")
    on_call = models.PositiveSmallIntegerField(null=True, blank=True)

    objects = MembershipSet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "desk"], name="once_at_a_desk")]


class NoticeSet(ScopedQuerySet["Notice"]):
    def unseen(self) -> Self:
        return self.filter(seen=False)


class Notice(models.Model):
    """ "Có việc mới" to one user: nothing else is ever said outside the product.

    While it is unseen there is no other of its urgency for this person. One that calls for somebody in danger
    (`urgent`) rings again. What rang stays after it was seen, for as long as its rings count (people.calls).
    """

    id = models.UUIDField(primary_key=True, default=uuid4)
    user = models.ForeignKey(User, models.CASCADE, related_name="notices")
    urgent = models.BooleanField(default=False)
    seen = models.BooleanField(default=False)
    # How often it was handed to the channel, or waits to be; and how many of the repeats of this round are over.
    rings = models.PositiveSmallIntegerField(default=1)
    rung_again = models.PositiveSmallIntegerField(default=0)
    # When this round of rings began.
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)

    objects = NoticeSet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "urgent"], condition=models.Q(seen=False), name="one_unseen_notice_an_urgency"
            )
        ]


class StaffSession(AbstractBaseSession):
    """A session of Django's (people.sessions) that says whose it is, so that all of somebody's end without a search.

    `session_key` is a hash of the key in the cookie: whoever reads the rows, or a backup, comes in with none of them.
    """

    user = models.ForeignKey(User, models.CASCADE, null=True, related_name="staff_sessions")
    day = models.DateField(null=True)

    objects = ScopedQuerySet["StaffSession"].as_manager()  # type: ignore[assignment,misc]

    class Meta:
        pass


class DeviceCookie(models.Model):
    """A browser in which this user came in with both factors: wrong passwords of others do not lock it out.

    No time finer than a day, no address, no user agent; of the cookie's secret a hash.
    """

    secret_hash = models.BinaryField(max_length=32)
    user = models.ForeignKey(User, models.CASCADE, related_name="device_cookies")
    failures = models.PositiveSmallIntegerField(default=0)
    day = models.DateField()

    objects = ScopedQuerySet["DeviceCookie"].as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["secret_hash", "user"], name="one_device_cookie_a_browser_and_user"
            )
        ]


class AccessNotice(models.Model):
    """What one colleague is shown until they dismiss it: whose way in changed, by function number, and on which day.

    Where a desk's key was handed over, also to whom: the one whom nobody awaited is what is looked for.
    """

    KINDS = [(kind, kind) for kind in ("own_key", "desk_key", "desk_key_handed", "password", "second_factor")]

    reader = models.ForeignKey(User, models.CASCADE, related_name="access_notices")
    kind = models.CharField(max_length=20, choices=KINDS)
    number = models.PositiveSmallIntegerField()
    receiver = models.PositiveSmallIntegerField(null=True)
    desk = models.ForeignKey(Desk, models.CASCADE, null=True)
    day = models.DateField()

    objects = ScopedQuerySet["AccessNotice"].as_manager()


class ChannelState(models.Model):
    """Whether the channel took what it was given last: one row, about nobody.

    Of a success the day is kept: its minute would be that of a call.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    worked_on = models.DateField(null=True)
    failing_since = models.DateTimeField(null=True)

    objects = PublicQuerySet["ChannelState"].as_manager()

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="one_channel_state")]
