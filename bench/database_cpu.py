"""What the database's own processes cost: nothing of their own on SQLite, PostgreSQL's server and its children else."""

from pathlib import Path

from bench.site import cpu


class DatabaseCpu:
    """Processor seconds of the PostgreSQL that an address names, on this machine; none for SQLite ("")."""

    def __init__(self, address: str) -> None:
        self._server = _server_of(address) if address else None

    def seconds(self) -> float:
        if self._server is None:
            return 0.0
        return sum(cpu(pid) for pid in [self._server, *_children(self._server)])


def _server_of(address: str) -> int:
    """The parent of whoever answers."""
    import psycopg

    with psycopg.connect(address) as connection:
        row = connection.execute("SELECT pg_backend_pid()").fetchone()
        assert row
        return _parent(int(row[0]))


def _parent(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


def _children(parent: int) -> list[int]:
    pids = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                if _parent(int(entry.name)) == parent:
                    pids.append(int(entry.name))
            except OSError:
                continue
    return pids
