"""The log that nobody can change quietly: trees, tiles, signed notes and proofs.

Formats: RFC 6962 trees; C2SP tlog-tiles, signed-note, tlog-checkpoint, tlog-cosignature, tlog-policy and
tlog-proof (texts of July 2026). What is ours, and why, stands in docs/formats/.
"""
