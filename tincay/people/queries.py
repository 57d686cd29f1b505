"""What everybody may know of who works here: never who."""

from tincay.people.models import Membership


def desks_on_call() -> set[int]:
    """The desks where somebody is on call who can be reached."""
    reached = Membership.objects.for_the_rules().on_call().exclude(user__notice_address="")
    return set(reached.values_list("desk", flat=True))
