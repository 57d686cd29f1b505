"""What the directory can be asked."""

from collections.abc import Mapping
from datetime import date
from functools import lru_cache

from django.db import connection, transaction
from django.utils.translation import get_language

from tincay.core.clock import Calendar
from tincay.core.law import LegalFact, read_law
from tincay.directory.models import CalendarDay, CalendarVersion, Fallback, Province, Service
from tincay.directory.routing import in_force
from tincay.people.models import Desk
from tincay.web.packs import pack_text

_cached: dict[str, Calendar] = {}
"""The calendars as this process read them last."""


def calendar(name: str = "organisation") -> Calendar:
    """The working calendar in force: "organisation" or "state"."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT max(number) FROM directory_calendarversion")
        last = cursor.fetchone()[0] or 0
    cached = _cached.get(name)
    if cached and cached.version == last:
        return cached
    days = Calendar.read(CalendarDay.objects.of(name), version=last)
    # Only once it stands: the number of a change that is taken back is given to another one.
    transaction.on_commit(lambda: _cached.update({name: days}))
    return days


def fallback() -> Fallback:
    return Fallback.objects.select_related("triage", "case", "oversight").get(id=1)


def desk_for(province: str | None) -> Desk:
    """The desk that a report about this province goes to, as the install signed it. Raises RoutingBroken."""
    receiving = in_force()
    return receiving.desk(receiving.desk_of(province))


def provinces() -> list[Province]:
    return list(Province.objects.select_related("desk").order_by("name_vi"))


def days_ahead(today: date) -> list[CalendarDay]:
    """What the calendars say of days to come."""
    return list(
        CalendarDay.objects.select_related("version").filter(day__gt=today).order_by("day", "calendar")
    )


def versions() -> list[CalendarVersion]:
    """Every change of the calendar, the newest first."""
    return list(CalendarVersion.objects.order_by("-number"))


@lru_cache(maxsize=1)
def legal_facts() -> Mapping[str, LegalFact]:
    """The pack's legal facts."""
    return read_law(pack_text("law.toml"))


def services_by_province() -> list[tuple[str, list[Service]]]:
    """Each province with what is offered there; what serves everywhere comes first, under no name."""
    by_province: dict[str, list[Service]] = {}
    for service in (
        Service.objects.offered().select_related("province").order_by("province__name_vi", "-urgent", "id")
    ):
        by_province.setdefault(
            service.province.name(get_language() or "vi") if service.province else "", []
        ).append(service)
    return sorted(by_province.items(), key=lambda item: item[0] != "")


def case_desk(desk: Desk) -> Desk:
    """Who may read identity of what this desk is sent, as the install signed it. Raises RoutingBroken."""
    receiving = in_force()
    return receiving.desk(receiving.routing.desks[desk.code].case)


def desk_and_case(code: str) -> tuple[Desk, Desk] | None:
    """A desk that receives and, as in case_desk, who may read identity of what it is sent; None for any other code.

    Raises RoutingBroken.
    """
    receiving = in_force()
    routed = receiving.routing.desks.get(code)
    if routed is None:
        return None
    return receiving.desk(code), receiving.desk(routed.case)
