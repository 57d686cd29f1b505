"""Domains of standards that others publish by."""
