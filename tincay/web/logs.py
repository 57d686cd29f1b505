"""What a log line may hold: which part failed and how, never what was sent or by whom."""

import logging


class WithoutDetails(logging.Filter):
    """Strip request, arguments and traceback values; the exception's type stays."""

    def filter(self, record: logging.LogRecord) -> bool:
        name = record.exc_info[0].__name__ if record.exc_info and record.exc_info[0] else ""
        place = _where(record)
        if name or record.name.startswith("django"):
            record.msg = f"{name or 'event'} {place}".strip()
            record.args = ()
        record.exc_info = record.exc_text = record.stack_info = None
        return True


def _where(record: logging.LogRecord) -> str:
    """The innermost place in our own code, as file and line."""
    trace = record.exc_info[2] if record.exc_info else None
    place = ""
    while trace:
        name = trace.tb_frame.f_globals.get("__name__", "")
        if str(name).startswith("tincay"):
            place = f"{name}:{trace.tb_lineno}"
        trace = trace.tb_next
    return place
