"""Everyday tests run with compilation off, so that they are quick and coverage sees every line.

What compiled code does is tested in a process of its own (the slow tests). Set NUMBA_DISABLE_JIT=0 to compile.
"""

import os

os.environ.setdefault("NUMBA_DISABLE_JIT", "1")
