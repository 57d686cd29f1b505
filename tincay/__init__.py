"""Tin Cậy: a report is sealed, received provably, and answered by a clock."""

__version__ = "0.3.0"
