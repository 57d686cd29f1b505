"""A reader of every format, written from docs/formats and public standards alone, and what it is given to read."""
