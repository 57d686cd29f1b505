"""The only way a table enters: 2^K − 1 counts for 2 to 6 lists. A file about people is turned away unread.

What was uploaded lives in memory until the page answers; it is never kept, logged or written to a file.
"""

import csv
import io
import re
from hashlib import sha256

from tincay.core.estimate.answers import NoEstimate
from tincay.core.estimate.histories import COUNT_COLUMN, Table, read_table, write_table

FEWEST_LISTS, MOST_LISTS = 2, 6
LARGEST = 8 * 1024
"""Bytes. 63 rows of counts need less than half of it; a file about people is nearly always larger."""
NAME = re.compile(r"[^\W\d_][\w .&/()-]{0,23}")
MANY_DIGITS = re.compile(r"\d{5}")


class AboutPeople(ValueError):
    """Each row seems to be a person. Such a file does not belong on a server."""


class Unreadable(ValueError):
    """Not a table of counts; the text is a code: text, lists, names or counts."""


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
    rows = [[cell.strip() for cell in row] for row in csv.reader(io.StringIO(text)) if any(row)]
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


def check_names(names: list[str]) -> None:
    """Short names of lists, such as "shelter". Raises Unreadable("lists" or "names")."""
    if not FEWEST_LISTS <= len(names) <= MOST_LISTS:
        raise Unreadable("lists")
    good = all(NAME.fullmatch(name) and not MANY_DIGITS.search(name) for name in names)
    if not good or len(set(names)) < len(names) or COUNT_COLUMN in names:
        raise Unreadable("names")


def _table(text: str) -> Table:
    try:
        held = read_table(text)
    except NoEstimate:
        raise Unreadable("counts") from None
    if not held.size:
        raise Unreadable("counts")
    return held


def table_hash(held: Table) -> str:
    """SHA-256 of the table as CSV, its lists in the order of their names: shuffled lists are the same table."""
    return sha256(write_table(held.keep(sorted(held.lists))).encode()).hexdigest()
