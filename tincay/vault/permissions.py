"""Which desks a supervisor may change."""

from django.http import Http404

from tincay.people.models import Desk, User


def desk_or_404(user: User, code: str) -> Desk:
    """A desk of the own organisation."""
    desk = Desk.objects.filter(organisation=user.organisation_id, code=code).first()
    if desk is None:
        raise Http404
    return desk
