"""Translations without outside tools: find what templates and code say, read .po parts, write one .po and one .mo.

Templates and code are written in Vietnamese, which is the message id; English lies in locale/en/parts/*.po, one part
per app. The formats are GNU gettext's (manual, chapters "The Format of PO Files" and "The Format of GNU MO Files").
"""

import ast
import re
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from django.utils.translation.template import templatize

CALLS = {"_", "gettext", "gettext_lazy", "gettext_noop", "ngettext", "ngettext_lazy"}
CALLS_WITH_CONTEXT = {"pgettext", "pgettext_lazy", "npgettext", "npgettext_lazy"}
PLURAL_FORMS = {"vi": "nplurals=1; plural=0;", "en": "nplurals=2; plural=(n != 1);"}
# Texts of Django and allauth that we say in our own words; our sources do not hold them.
FOREIGN_PARTS = {"django.po", "allauth.po"}

LITERAL = r"""u?('(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*")"""
TEMPLATE_CALL = re.compile(rf"(?<!\w)(n?p?gettext|_)\(\s*{LITERAL}(?:\s*,\s*{LITERAL})?(?:\s*,\s*{LITERAL})?")
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}")

Key = tuple[str, str]
"""Context ("" for none) and message id."""


class BadCatalogue(ValueError):
    """A .po part cannot be read, or two parts disagree."""


@dataclass(frozen=True)
class CatalogueText:
    context: str
    text: str
    plural: str = ""

    @property
    def key(self) -> Key:
        return self.context, self.text


@dataclass(frozen=True)
class Entry:
    message: CatalogueText
    translations: tuple[str, ...]
    fuzzy: bool
    part: str


# What our sources say


def messages_in(folder: Path) -> dict[Key, CatalogueText]:
    """Every translatable text below a folder, in templates and in Python."""
    texts: dict[Key, CatalogueText] = {}
    for path in sorted(folder.rglob("*")):
        for message in _messages_of(path):
            earlier = texts.get(message.key)
            if not earlier or not earlier.plural:
                texts[message.key] = message
    return texts


def _messages_of(path: Path) -> Iterator[CatalogueText]:
    if path.suffix == ".py":
        yield from messages_of_python(path.read_text(encoding="utf-8"))
    elif "templates" in path.parts and path.suffix in {".html", ".txt"}:
        yield from messages_of_template(path.read_text(encoding="utf-8"))


def messages_of_python(source: str) -> Iterator[CatalogueText]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            texts = [
                arg.value for arg in node.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)
            ]
            yield from _message(name, texts)


def messages_of_template(source: str) -> Iterator[CatalogueText]:
    for name, *literals in TEMPLATE_CALL.findall(templatize(source)):
        yield from _message(name, [ast.literal_eval(literal) for literal in literals if literal])


def _message(name: str, texts: list[str]) -> Iterator[CatalogueText]:
    context = texts.pop(0) if name in CALLS_WITH_CONTEXT and texts else ""
    if texts and name in CALLS | CALLS_WITH_CONTEXT:
        plural = texts[1] if len(texts) > 1 and "n" in name[:1] else ""
        yield CatalogueText(context, texts[0], plural)


# .po


def read_parts(folder: Path) -> dict[Key, Entry]:
    """All parts of a language as one. The same text may stand in two parts only with the same translation."""
    merged: dict[Key, Entry] = {}
    for path in sorted(folder.glob("*.po")):
        for entry in read_po(path.read_text(encoding="utf-8"), path.name):
            other = merged.setdefault(entry.message.key, entry)
            if other.translations != entry.translations:
                raise BadCatalogue(
                    f"{other.part} and {entry.part} translate {entry.message.text!r} differently"
                )
    return merged


def read_po(text: str, part: str) -> Iterator[Entry]:
    """The entries of a .po text; the header and obsolete entries are left out."""
    for block in re.split(r"\n\s*\n", text.replace("\r\n", "\n")):
        fields, fuzzy = _fields(block, part)
        if fields.get("msgid"):
            message = CatalogueText(
                fields.get("msgctxt", ""), fields["msgid"], fields.get("msgid_plural", "")
            )
            translations = [value for name, value in sorted(fields.items()) if name.startswith("msgstr")]
            yield Entry(message, tuple(translations), fuzzy, part)


def _fields(block: str, part: str) -> tuple[dict[str, str], bool]:
    fields: dict[str, str] = {}
    name = ""
    fuzzy = False
    for line in block.splitlines():
        if line.startswith("#") or not line.strip():
            fuzzy = fuzzy or (line.startswith("#,") and "fuzzy" in line)
            continue
        match = re.fullmatch(
            r'\s*(?:(msgctxt|msgid|msgid_plural|msgstr(?:\[\d\])?)\s+)?"((?:\\.|[^"\\])*)"\s*', line
        )
        if not match or (match[1] in fields):
            raise BadCatalogue(f"{part}: cannot read the line {line!r}; is an empty line missing before it?")
        name = match[1] or name
        fields[name] = fields.get(name, "") + _unescape(match[2])
    return fields, fuzzy


def _unescape(text: str) -> str:
    return re.sub(r"\\(.)", lambda match: {"n": "\n", "t": "\t"}.get(match[1], match[1]), text)


def _quote(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\t", "\\t").replace("\n", "\\n")
    return f'"{escaped}"'


def write_po(entries: Mapping[Key, Entry], language: str) -> str:
    """One .po text, in a fixed order, without dates: the same parts always give the same file."""
    blocks = [f'msgid ""\nmsgstr {_quote(_header(language))}']
    blocks += [_block(entry) for _, entry in sorted(entries.items())]
    return "# Made from parts/ by `./run messages`: change the parts.\n" + "\n\n".join(blocks) + "\n"


def _block(entry: Entry) -> str:
    message = entry.message
    lines = [f"#. {entry.part}"]
    lines += [f"msgctxt {_quote(message.context)}"] if message.context else []
    lines += [f"msgid {_quote(message.text)}"]
    if not message.plural:
        return "\n".join([*lines, f"msgstr {_quote(entry.translations[0])}"])
    forms = [f"msgstr[{number}] {_quote(text)}" for number, text in enumerate(entry.translations)]
    return "\n".join([*lines, f"msgid_plural {_quote(message.plural)}", *forms])


def _header(language: str) -> str:
    return (
        f"Language: {language}\nMIME-Version: 1.0\nContent-Type: text/plain; charset=UTF-8\n"
        f"Content-Transfer-Encoding: 8bit\nPlural-Forms: {PLURAL_FORMS[language]}\n"
    )


# .mo


def write_mo(entries: Mapping[Key, Entry], language: str) -> bytes:
    """The compiled catalogue: a magic number, two sorted tables of (length, offset), and the texts."""
    texts = {b"": _header(language).encode()}
    for entry in entries.values():
        message = entry.message
        key = f"{message.context}\x04{message.text}" if message.context else message.text
        key += f"\x00{message.plural}" if message.plural else ""
        texts[key.encode()] = "\x00".join(entry.translations).encode()
    keys = sorted(texts)
    start = 28
    head = struct.pack(
        "<7I", 0x950412DE, 0, len(keys), start, start + 8 * len(keys), 0, start + 16 * len(keys)
    )
    originals, end = _table(keys, start + 16 * len(keys))
    translated, _ = _table([texts[key] for key in keys], end)
    pool = b"".join(text + b"\x00" for text in [*keys, *(texts[key] for key in keys)])
    return head + originals + translated + pool


def _table(texts: list[bytes], offset: int) -> tuple[bytes, int]:
    rows = b""
    for text in texts:
        rows += struct.pack("<2I", len(text), offset)
        offset += len(text) + 1
    return rows, offset


# What is wrong


def findings(sources: Mapping[Key, CatalogueText], entries: Mapping[Key, Entry]) -> list[str]:
    """Every text without a translation, and every translation that is doubtful, broken or no longer used."""
    wrong = [f"missing: {message.text!r}" for key, message in sources.items() if key not in entries]
    for key, entry in entries.items():
        wrong += [
            f"{entry.part}: {what}: {entry.message.text!r}" for what in _doubts(entry, sources.get(key))
        ]
    return wrong


def _doubts(entry: Entry, source: CatalogueText | None) -> Iterator[str]:
    if source is None and entry.part not in FOREIGN_PARTS:
        yield "no longer used"
    if source and bool(source.plural) != bool(entry.message.plural):
        yield "plural in one place only"
    if entry.fuzzy:
        yield "fuzzy"
    if not entry.translations or not all(text.strip() for text in entry.translations):
        yield "empty"
    for text in entry.translations:
        if not _fits(entry, text):
            yield "placeholders differ"


def _fits(entry: Entry, text: str) -> bool:
    """The same placeholders; a sentence of Django's may be said without repeating what was typed."""
    ours, theirs = set(PLACEHOLDER.findall(text)), set(PLACEHOLDER.findall(entry.message.text))
    return ours <= theirs if entry.part in FOREIGN_PARTS else ours == theirs
