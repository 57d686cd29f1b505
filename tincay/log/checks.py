"""Check every row of the log against every other, and the public copy as a stranger would."""

from tincay.core.ledger import day_totals
from tincay.core.ledger.audit import Audited, audit
from tincay.core.ledger.day_totals import DayTotals
from tincay.core.ledger.leaf import LENGTH, BadOpening, open_leaf
from tincay.log import archive, queries
from tincay.log.models import Checkpoint, ClearOpening, Head, Queued


def check_log() -> tuple[int, Audited | None]:
    """The number of leaves, and the audit of what is published. Raises LogDamaged, or what `audit` raises.

    Read without a lock, so that nobody waits; when the day was signed meanwhile, it is read again.
    """
    before = queries.size()
    try:
        return _check_log()
    except (queries.LogDamaged, ValueError):
        if queries.size() == before:
            raise
    return _check_log()


def _check_log() -> tuple[int, Audited | None]:
    frontier = queries.check_tree(Head.objects.first())
    _check_days()
    _check_openings()
    _check_totals()
    if any(len(data) != LENGTH for data in Queued.objects.values_list("data", flat=True)):
        raise queries.LogDamaged("a leaf that waits is misshapen")
    files = dict(archive.public_files())
    return frontier.size, audit(files) if files else None


def _check_days() -> None:
    days = list(Checkpoint.objects.order_by("size", "id").values_list("day", flat=True))
    if days != sorted(days):
        raise queries.LogDamaged("the days of the checkpoints are out of order")


def _check_totals() -> None:
    """The totals count every leaf once, each stands in the batch that it counts last, and no day adds too little.

    Days that were taken over from the published log have totals of their own, which nobody has here: what they
    added is counted as unknown, and as much has to be owned up to by leaves that say so.
    """
    counted, unknown = 0, 0
    floors = _check_growth()
    for row in ClearOpening.objects.filter(kind=day_totals.KIND):
        totals = queries.read_totals(row)
        if totals.start != counted:
            raise queries.LogDamaged(f"no totals count the leaves from {counted} on")
        counted, unknown = totals.size, unknown + totals.counts.get(day_totals.UNKNOWN, 0)
        _check_batch(row, totals, floors)
    resumed = _taken_over()
    last = Checkpoint.objects.last()
    if counted + (resumed - unknown) != (last.size if last else 0):
        raise queries.LogDamaged(f"no totals count the leaves from {counted} on")


def _check_growth() -> dict[int, tuple[int, int]]:
    """Of each checkpoint by its size: the size before it and the floor in force. Raises LogDamaged."""
    growths = queries.growths()
    batches, before = {}, 0
    for growth, floor in zip(
        growths, day_totals.floors(growths, growths[-1].day) if growths else (), strict=False
    ):
        if not growth.leaves or growth.leaves % floor:
            raise queries.LogDamaged(f"the leaves from {before} on are not as many as a day adds")
        batches[before + growth.leaves] = before, floor
        before += growth.leaves
    return batches


def _check_batch(row: ClearOpening, totals: DayTotals, floors: dict[int, tuple[int, int]]) -> None:
    before, floor = floors.get(totals.size, (0, 0))
    place = queries.place_of(queries.leaf_of(bytes(row.opening)))
    if floor != totals.floor or place is None or not before <= place < totals.size:
        raise queries.LogDamaged(f"the totals up to leaf {totals.size} are not what was signed")


def _taken_over() -> int:
    """How many leaves came from the published log. Raises LogDamaged.

    A log that was restored twice from backups before its first resuming took the same leaves over twice.
    """
    leaves: set[int] = set()
    for row in ClearOpening.objects.filter(kind="log_resumed"):
        match open_leaf(bytes(row.opening).decode()).event:
            case {"from": int(start), "size": int(size)} if start < size:
                leaves.update(range(start, size))
            case _:
                raise queries.LogDamaged("an opening kept in clear cannot be read")
    return len(leaves)


def _check_openings() -> None:
    """What is kept in clear opens a leaf, in the tree or on its way there."""
    for row in ClearOpening.objects.exclude(kind=day_totals.KIND):
        try:
            opened = open_leaf(bytes(row.opening).decode())
        except (BadOpening, UnicodeDecodeError):
            raise queries.LogDamaged("an opening kept in clear cannot be read") from None
        waits = Queued.objects.filter(data=opened.data).exists()
        if opened.kind != row.kind or not (waits or queries.place_of(opened.data) is not None):
            raise queries.LogDamaged("an opening kept in clear opens no leaf of this log")
