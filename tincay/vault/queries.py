"""What the vault can be asked. Every answer is ciphertext or a public key."""

from uuid import UUID

from django.db.models import QuerySet

from tincay.core.sealing import Recipient
from tincay.people.models import Desk, User
from tincay.vault.models import Compartment, DeskWrap, Wrap


def recipient(owner: UUID, kind: str) -> Recipient:
    """The public key that new words of this kind are sealed to."""
    return Recipient(
        Compartment.objects.values_list("recipient", flat=True).get(owner=owner, kind=kind, current=True)
    )


def wraps_for_desk(owner: UUID, desk: Desk) -> QuerySet[Wrap]:
    return Wrap.objects.filter(compartment__owner=owner, desk=desk).select_related("compartment")


def wraps_for_receipt(owner: UUID) -> QuerySet[Wrap]:
    return Wrap.objects.filter(compartment__owner=owner, desk=None).select_related("compartment")


def desk_wraps(user: User) -> QuerySet[DeskWrap]:
    return DeskWrap.objects.filter(user=user, recipient=user.recipient).select_related("desk")


def stale_wraps(desk: Desk) -> QuerySet[Wrap]:
    """Wraps of this desk that still go to an older key: what a remaining member's browser has to re-wrap."""
    return Wrap.objects.filter(desk=desk).exclude(recipient=desk.recipient).order_by("id")
