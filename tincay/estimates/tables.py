"""The only way a table enters: 2^K − 1 counts for 2 to 6 lists. A file about people is turned away unread.

What was uploaded lives in memory until the page answers; it is never kept, logged or written to a file.
"""

import hmac
import re
from hashlib import sha256
from itertools import permutations

from django.conf import settings

from tincay.core.estimate.answers import NoEstimate
from tincay.core.estimate.histories import COUNT_COLUMN, Table, read_csv_rows, read_table, tidy, write_table

FEWEST_LISTS, MOST_LISTS = 2, 6
LARGEST = 8 * 1024
"""Bytes. 63 rows of counts need less than half of it; a file about people is nearly always larger."""
NAME = re.compile(r"[^\W\d_][\w .&/()-]{0,23}")
PARTED = re.compile(r"\d{1,6}([.,' \u00a0\u202f]\d{1,6}){1,4}")
MANY_DIGITS = re.compile(r"\d{5}")


class AboutPeople(ValueError):
    """Each row seems to be a person. Such a file does not belong on a server."""


class Unreadable(ValueError):
    """Not a table of counts; the text is a code: text, lists, names, counts or unclear.

    `unclear` is a count with separators in it: 1.000 is a thousand for one program and one for another.
    """

    def __init__(self, code: str, cell: str = "") -> None:
        super().__init__(code)
        self.cell = cell


def read_counts(raw: bytes) -> Table:
    """The table in an uploaded CSV: list columns of 0/1 and `count`, each combination once.

    Raises AboutPeople, and says so without having parsed more than needed; Unreadable.
    """
    if len(raw) > LARGEST:
        raise AboutPeople
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Unreadable("text") from None
    try:
        rows = [[cell.strip() for cell in row] for row in read_csv_rows(text)]
    except NoEstimate:
        raise Unreadable("text") from None
    _refuse_people(rows)
    check_names([name for name in rows[0] if name != COUNT_COLUMN])
    return _table(text)


def _refuse_people(rows: list[list[str]]) -> None:
    """Raises AboutPeople unless every row is a combination of lists that no other row repeats."""
    if not rows:
        raise Unreadable("text")
    header = rows[0]
    if COUNT_COLUMN not in header:
        raise AboutPeople
    at = header.index(COUNT_COLUMN)
    marks = [tuple(row[:at] + row[at + 1 :]) for row in rows[1:]]
    if any(cell not in ("0", "1") for row in marks for cell in row) or len(set(marks)) < len(marks):
        raise AboutPeople
    for row in rows[1:]:
        if len(row) > at and PARTED.fullmatch(row[at]):
            raise Unreadable("unclear", row[at])


def check_names(names: list[str]) -> None:
    """Short names of lists, such as "shelter". Raises Unreadable("lists" or "names")."""
    if not FEWEST_LISTS <= len(names) <= MOST_LISTS:
        raise Unreadable("lists")
    good = all(NAME.fullmatch(name) and not MANY_DIGITS.search(name) for name in names)
    if not good or len(set(names)) < len(names) or COUNT_COLUMN in names:
        raise Unreadable("names")


def _table(text: str) -> Table:
    try:
        table = read_table(text)
    except NoEstimate:
        raise Unreadable("counts") from None
    if not table.size:
        raise Unreadable("counts")
    return table


def in_order(table: Table) -> Table:
    """The table with its lists in the one order that its counts decide; lists that add nothing come last.

    Resampling depends on the order of the lists. Whoever orders or names them otherwise gets the same answer.
    Raises core's NoEstimate for a table without people.
    """
    first = _neat(table).lists
    return table.keep([*first, *sorted(set(table.lists) - set(first))])


def _neat(table: Table) -> Table:
    """Without lists that add nothing, in the order that gives the smallest counts, cell by cell."""
    neat, _ = tidy(table.keep(sorted(table.lists)))
    return min(map(neat.keep, permutations(neat.lists)), key=lambda each: each.counts.tolist())


def table_hash(table: Table, salt: str) -> str:
    """SHA-256 over the salt, a line end and the table as CSV.

    Few tables fit what is public of one, so a hash without a salt would give the counts back.
    """
    return sha256(f"{salt}\n{write_table(table)}".encode()).hexdigest()


def counts_key(table: Table) -> str:
    """The same for the same counts, whatever their lists are called; without the install's key it says nothing.

    For comparing here only, never to be shown.
    """
    key = f"tincay/tables{settings.SECRET_KEY}".encode()
    return hmac.digest(key, repr(_neat(table).counts.tolist()).encode(), "sha256").hex()
