"""The helpers' pages: the queue, one report, its steps, keys and desks, what is late, the calendar, health."""
