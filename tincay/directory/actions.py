"""What happens to the directory. The calendar's own change, which moves due dates, is reports.deadlines'."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime

from django.db import transaction

from tincay.directory import numbers
from tincay.directory.models import CalendarDay, CalendarVersion, Fallback, NumberCheck, Province, Service
from tincay.log.actions import Appended
from tincay.people.models import Desk, User
from tincay.web.transactions import one_transaction


@one_transaction
def add_province(
    *,
    code: str,
    name_vi: str,
    name_en: str,
    list_version: str,
    old_codes: Iterable[str] = (),
    desk: Desk | None = None,
) -> Province:
    return Province.objects.create(
        code=code,
        name_vi=name_vi,
        name_en=name_en,
        list_version=list_version,
        old_codes=list(old_codes),
        desk=desk,
    )


class NotThisDesk(Exception):
    """Reports are never sealed to the police, and what is about officials needs a default outside the state."""


@one_transaction
def set_province_desk(*, code: str, desk: Desk) -> None:
    """Let a desk answer for a province: reports about it are sealed to that desk from now on.

    Raises NotThisDesk for the police, Province.DoesNotExist.
    """
    if desk.organisation.enforces_law:
        raise NotThisDesk(desk.code)
    if not Province.objects.filter(code=code).update(desk=desk):
        raise Province.DoesNotExist(code)


@one_transaction
def set_fallback(*, triage: Desk, case: Desk, oversight: Desk | None) -> Fallback:
    """Name the default desks. Identity is sealed to `case`, everything without a province's desk to `triage`.

    Raises NotThisDesk for a state body: what is about officials comes here.
    """
    for desk in (triage, case):
        if desk.organisation.of_the_state:
            raise NotThisDesk(desk.code)
    return Fallback.objects.update_or_create(
        id=1, defaults={"triage": triage, "case": case, "oversight": oversight}
    )[0]


@one_transaction
def add_service(*, code: str, province: Province | None, **facts: object) -> Service:
    return Service.objects.create(code=code, province=province, **facts)


class RowChanged(Exception):
    """The row says something else than what was read: it has to be looked at again."""


@one_transaction
def check_number(*, number: str, digest: str, right: bool, by: User, today: date) -> NumberCheck:
    """Keep that somebody called a number and whether it is right; pages follow at once.

    Raises KeyError for a number that the pack does not have, RowChanged where `digest` is not of the row as it is now.
    """
    if numbers.every_number()[number].digest != digest:
        raise RowChanged(number)
    checked, _ = NumberCheck.objects.update_or_create(
        number=number,
        defaults={
            "digest": digest,
            "right": right,
            "organisation": by.organisation,
            "by": by.number,
            "day": today,
        },
    )
    transaction.on_commit(numbers.keep_copy)
    return checked


@one_transaction
def seed_calendar(*, rows: Iterable[Mapping[str, str]], now: datetime) -> CalendarVersion:
    """Fill an empty calendar from the pack's rows; this is version 1."""
    version = CalendarVersion.objects.create(number=1, made_at=now, reason="pack")
    CalendarDay.objects.bulk_create(
        CalendarDay(
            day=date.fromisoformat(row["date"]),
            calendar=row["calendar"],
            kind=row["kind"],
            name_vi=row["name_vi"],
            name_en=row["name_en"],
            source=row["source"],
            version=version,
        )
        for row in rows
    )
    return version


@one_transaction
def set_day(
    *, day: date, calendar: str, kind: str, name_vi: str, name_en: str, reason: str, now: datetime
) -> CalendarVersion:
    """Write one day and the version that explains it. Callers check that the day is in the future."""
    last = CalendarVersion.objects.order_by("-number").values_list("number", flat=True).first() or 0
    version = CalendarVersion.objects.create(number=last + 1, made_at=now, reason=reason)
    CalendarDay.objects.update_or_create(
        day=day,
        calendar=calendar,
        defaults={
            "kind": kind,
            "name_vi": name_vi,
            "name_en": name_en,
            "source": "steward",
            "version": version,
        },
    )
    return version


@one_transaction
def keep_opening(*, version: CalendarVersion, appended: Appended) -> None:
    """Keep what the leaf of a calendar change says, for everybody to check."""
    version.opening = appended.opening
    version.save(update_fields=["opening"])
