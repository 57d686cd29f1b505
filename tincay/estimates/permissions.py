"""Which run somebody may see: those of the own organisation; any other does not exist."""

from django.http import Http404

from tincay.estimates.models import Run
from tincay.people.models import User


def run_or_404(user: User, number: int) -> Run:
    run = Run.objects.visible_to(user).filter(pk=number).select_related("place", "made_from").first()
    if run is None:
        raise Http404
    return run
