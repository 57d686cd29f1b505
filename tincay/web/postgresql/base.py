"""Django's PostgreSQL, where a kept connection is asked whether it lives only when something came on it."""

import select

from django.db.backends.postgresql import base
from psycopg import Error


class DatabaseWrapper(base.DatabaseWrapper):
    def is_usable(self) -> bool:
        """Whether the connection can be used; Django asks before each request.

        A server that ended says so on the line, or closes it. While nothing has come on it, to ask would cost each
        request a way there and back.
        """
        return self._is_quiet() or super().is_usable()

    def _is_quiet(self) -> bool:
        if self.connection is None:
            return False
        line = select.poll()
        try:
            line.register(self.connection.fileno(), select.POLLIN)
        except Error:  # it is closed
            return False
        return not line.poll(0)
