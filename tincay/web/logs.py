"""What a log line may hold: which part failed and how, never what was sent or by whom."""

import logging
from types import TracebackType

OWN = "tincay."
"""Loggers whose words are our own: they name jobs and types of errors. Of all others only the place is told."""


class WithoutDetails(logging.Filter):
    """Strip message, arguments, request and the values of a traceback; the exception's type and its place stay.

    It belongs on every handler of every process (settings.LOGGING, also handed to granian by `serve`).
    """

    def filter(self, record: logging.LogRecord) -> bool:
        failure = record.exc_info if record.exc_info and record.exc_info[0] else None
        if failure:
            record.msg, record.args = f"{failure[0].__name__} {_where(failure[2], record)}", ()
        elif not record.name.startswith(OWN):
            # A refusal that was meant has a status and no exception.
            what = getattr(record, "status_code", "event")
            record.msg, record.args = f"{what} {record.module}:{record.lineno}", ()
        record.exc_info = record.exc_text = record.stack_info = None
        return True


def _where(trace: TracebackType | None, record: logging.LogRecord) -> str:
    """Module and line: the innermost place in our own code, else where it was raised, else where it was told."""
    place, own = f"{record.module}:{record.lineno}", False
    while trace:
        name = str(trace.tb_frame.f_globals.get("__name__", ""))
        ours = name.startswith(OWN)
        if ours or not own:
            place, own = f"{name}:{trace.tb_lineno}", ours
        trace = trace.tb_next
    return place
