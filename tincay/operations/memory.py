"""What the system may do with the memory of our processes: not read it, not dump it, not leave it behind."""

import ctypes
import logging
import os
import resource
import signal
import sys
from pathlib import Path

PR_SET_PDEATHSIG, PR_SET_DUMPABLE = 1, 4
"""prctl(2)."""
logger = logging.getLogger("tincay.memory")


def keep_to_itself() -> None:
    """No core file of this process, and no other user's process may read it or attach to it. Children inherit both.

    With root's rights its memory can still be read (docs/threat-model.md).
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    _prctl(PR_SET_DUMPABLE, 0)


def end_with(parent: int) -> None:
    """End this process when its parent ends, whatever ended that."""
    _prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:  # it ended before this was said
        sys.exit(1)


def _prctl(option: int, value: int) -> None:
    if sys.platform == "linux" and ctypes.CDLL(None, use_errno=True).prctl(option, value, 0, 0, 0):
        logger.warning("prctl %d was refused", option)


def may_be_swapped() -> bool:
    """Whether the system could write our memory to a disk: it has swap, and our group of processes may use it."""
    try:
        swaps = Path("/proc/swaps").read_text().splitlines()[1:]
        group = Path("/proc/self/cgroup").read_text().strip().rpartition(":")[2]
    except OSError:
        return False
    limit = Path(f"/sys/fs/cgroup{group}/memory.swap.max")
    return bool(swaps) and not (limit.is_file() and limit.read_text().strip() == "0")
