"""Check everything that the log says against everything that was kept: what `log_verify` does."""

from tincay.directory.routing import RoutingBroken, differences, in_force, statement_path
from tincay.log.checks import check_log
from tincay.log.queries import LogDamaged
from tincay.reports.queries import with_gaps
from tincay.vault.queries import swapped_desks


def check_everything() -> tuple[int, int]:
    """How many leaves the log holds, and how many are published.

    Raises LogDamaged or ValueError with what does not fit. No receipt and no key is needed for it, so it does not
    see what only an opening says.
    """
    leaves, audited = check_log()
    if swapped := swapped_desks():
        raise LogDamaged(f"the log names another key for {', '.join(swapped)}")
    _check_routing()
    if gaps := with_gaps():
        raise LogDamaged(f"of {gaps} reports an opening is missing")
    return leaves, len(audited.leaf_hashes) if audited else 0


def _check_routing() -> None:
    """What was signed about where reports go, if anything was yet, against chains and rows. Raises LogDamaged."""
    if not statement_path().exists():
        return
    try:
        places = differences(in_force())
    except RoutingBroken as broken:
        raise LogDamaged(f"where reports go does not follow from what was signed: {broken.reason}") from None
    if places:
        names = ", ".join(place or "everything else" for place in places)
        raise LogDamaged(f"rows lead elsewhere than what was signed: {names}")
