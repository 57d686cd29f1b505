"""`tincay load_pack`: the country's provinces and working days, once, into a new install."""

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from tincay.directory.actions import add_province, seed_calendar
from tincay.directory.models import CalendarVersion
from tincay.log.actions import create_log_key
from tincay.web.models import keep_origin, this_install
from tincay.web.packs import pack_rows
from tincay.web.time import now


class Command(BaseCommand):
    help = "Fill a new install with the provinces and the calendar of its country pack."

    def handle(self, **options: object) -> None:
        if this_install().is_demo or CalendarVersion.objects.exists():
            raise CommandError("This install has its country already.")
        create_log_key()
        keep_origin(settings.TINCAY_ORIGIN)
        rows = pack_rows("provinces.csv")
        for row in rows:
            add_province(
                code=row["code"],
                name_vi=row["name_vi"],
                name_en=row["name_en"],
                list_version=row["list_version"],
                old_codes=row["old_codes"].split(),
            )
        version = seed_calendar(rows=pack_rows("calendar.csv"), now=now())
        self.stdout.write(f"{len(rows)} provinces, {version.days.count()} days of the calendar")
