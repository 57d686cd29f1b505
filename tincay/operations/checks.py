"""Check everything that the log says against everything that was kept: what `log_verify` does."""

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
    if gaps := with_gaps():
        raise LogDamaged(f"of {gaps} reports an opening is missing")
    return leaves, len(audited.leaf_hashes) if audited else 0
