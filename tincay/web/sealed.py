"""What keeps a browser's helpers away from what is typed and shown: translator, spell checker, memory.

A translator and a spell checker may send a text to somebody else's machine. This is the only place that
says so; tests/web/test_sealed.py holds every template to it, tests/sealed.py every page that a journey looks at.
"""

FIELD = {"translate": "no", "spellcheck": "false", "autocomplete": "off"}
ATTRIBUTES: dict[str, dict[str, str]] = {
    "field": FIELD,
    "code": FIELD | {"autocapitalize": "none", "autocorrect": "off"},
    "words": {"translate": "no", "lang": ""},
    "answers": {"translate": "no"},
}
"""By what it is: a control for words; a control for a code, a passphrase or a link; a place that shows somebody's
words, in a language that nobody knows; a place that shows a code, or answers in the page's own language."""
TYPED = frozenset({"textarea", "text", "search", "password", "email", "tel", "url", "number"})
"""Controls into which something is typed: <textarea>, and <input> of these types."""
