"""Django's sessions in rows that say whose they are. The cookie holds the key, the row a hash of it."""

from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any, cast

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as RowSessions
from django.utils import timezone

from tincay.core.clock import local_day
from tincay.people.models import StaffSession

BEGUN = "begun"
"""When the sign-in was, in seconds since 1970: the end of a session does not move. It goes with the session."""


def row_key(session_key: str) -> str:
    """What stands in the row: enough of a hash for the column."""
    return sha256(session_key.encode()).hexdigest()[:40]


class SessionStore(RowSessions):
    """SESSION_ENGINE. What is not overridden is Django's."""

    @classmethod
    def get_model_class(cls) -> type[StaffSession]:
        return StaffSession

    def _get_session_from_db(self) -> StaffSession | None:
        rows = StaffSession.objects.for_the_rules().filter(expire_date__gt=timezone.now())
        row = rows.filter(session_key=row_key(self.session_key or "")).first()
        if row is None:
            self._session_key = None
        return row

    def exists(self, session_key: str) -> bool:
        return StaffSession.objects.for_the_rules().filter(session_key=row_key(session_key)).exists()

    def create_model_instance(self, data: dict[str, Any]) -> StaffSession:
        begun = data.get(BEGUN)
        key: str = cast(Any, self)._get_or_create_session_key()
        return StaffSession(
            session_key=row_key(key),
            session_data=self.encode(data),
            expire_date=self.get_expiry_date(),
            user_id=data.get(SESSION_KEY),
            day=local_day(datetime.fromtimestamp(begun, UTC)) if begun else None,
        )

    def get_expiry_date(self, **given: Any) -> datetime:
        """Twelve hours after the sign-in, however often the session is saved."""
        end = super().get_expiry_date(**given)
        begun = self.get(BEGUN)
        longest = timedelta(seconds=settings.SESSION_COOKIE_AGE)
        return min(end, datetime.fromtimestamp(begun, UTC) + longest) if begun else end

    def delete(self, session_key: str | None = None) -> None:
        key = session_key or self.session_key
        if key:
            StaffSession.objects.for_the_rules().filter(session_key=row_key(key)).delete()

    @classmethod
    def clear_expired(cls) -> None:
        StaffSession.objects.for_the_rules().filter(expire_date__lt=timezone.now()).delete()
