"""`./run generate`: writes client/src/generated.ts, the shapes, codes and limits that both languages must agree on.

Each stands once, in Python: the messages are the pydantic models that the server reads them with.
client/word-lists.json says which files of packs the client's folder serves. A test says whether both are current.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from tincay.core import consent, counting, priority, sealing, vocabulary
from tincay.intake.forms import ABOUT_HER, FIELDS_ABOUT_HER
from tincay.reports.envelope import (
    LONGEST_PART,
    LONGEST_STORY,
    AdditionIn,
    Envelope,
    GrantChange,
    GrantDocument,
    HerMessageIn,
    MessageIn,
    NewCode,
    ReplyIn,
)
from tincay.vault import rekey
from tincay.vault.views import PersonKey
from tincay.visit.actions import VISIT_LASTS
from tincay.visit.views import ChallengeAnswer, LeafIn, Locator
from tincay.web.json_views import LONGEST, STATUS
from tincay.web.packs import word_list_file

ROOT = Path(__file__).resolve().parents[1]
TYPES = ROOT / "client/src/generated.ts"
WORD_LISTS = ROOT / "client/word-lists.json"
MESSAGES: tuple[type[BaseModel], ...] = (
    Envelope, MessageIn, ReplyIn, HerMessageIn, AdditionIn, NewCode, GrantChange, GrantDocument, Locator,
    ChallengeAnswer, LeafIn, PersonKey, rekey.BeginRekey, rekey.NewKey, rekey.Replaced, rekey.Joined,
)  # fmt: skip
# The last is answered by the page of the own key alone.
ERRORS = (*STATUS, "last_member")
LIMITS = {
    "MAX_ENVELOPE_BYTES": LONGEST,
    "MAX_PART_BYTES": LONGEST_PART,
    "MAX_STORY_BYTES": LONGEST_STORY,
    "VISIT_SECONDS": int(VISIT_LASTS.total_seconds()),
    "SCRYPT_FLOOR_N": sealing.FLOOR_N,
    "SCRYPT_CEILING_N": sealing.CEILING_N,
}
CODES: dict[str, Iterable[str]] = {
    "ABOUT_HER": ABOUT_HER,
    "FIELDS_ABOUT_HER": FIELDS_ABOUT_HER,
    "CHILD_AGES": vocabulary.CHILD_AGES,
    "ADULT_AGES": vocabulary.ADULT_AGES,
    "CHILD_HARMS": vocabulary.CHILD_HARMS,
    "LIFE_HARMS": sorted(priority.LIFE_HARMS),
    "SEXUAL_HARMS": sorted(priority.SEXUAL_HARMS),
    "OFFICIAL_FORCE": sorted(priority.OFFICIAL_FORCE),
    "GRAVE_HARMS": sorted(priority.GRAVE_HARMS),
    "FELT_DANGER": sorted(priority.FELT_DANGER),
    "RECENT": sorted(priority.RECENT),
    "QUESTIONS": sorted(priority.QUESTIONS),
    "FACTS": consent.FACTS,
    "CONSENTS_ON_FORM": consent.ON_FORM,
    "NOT_OF_A_CHILD": sorted(consent.NOT_OF_A_CHILD),
}
COUNTED = {column.name: column.answer for column in counting.COLUMNS if column.answer}


def write() -> None:
    """Write both files."""
    TYPES.write_text(types(), encoding="utf-8")
    WORD_LISTS.write_text(word_lists(), encoding="utf-8")


def types() -> str:
    """The text of client/src/generated.ts."""
    return "\n\n".join(
        [
            "/** Written by `./run generate` from the Python side (tests/client_types.py): not to be edited. */",
            *_interfaces(MESSAGES),
            f"/** What the server may answer instead (docs/formats/). */\nexport type ErrorCode = {_union(ERRORS)};",
            "\n".join(f"export const {name} = {value:_};" for name, value in LIMITS.items()),
            "\n".join(
                f"export const {name}: readonly string[] = {_list(codes)};" for name, codes in CODES.items()
            ),
            "/** Columns of a count row, and the question that fills each. */\n"
            f"export const COUNTED: Readonly<Record<string, string>> = {_record(COUNTED)};\n",
        ]
    )


def word_lists() -> str:
    """The text of client/word-lists.json: where each file of words in the client's folder comes from."""
    packs = sorted(path.parent.name for path in (ROOT / "packs").glob("*/words.txt"))
    found = {word_list_file(pack): f"packs/{pack}/words.txt" for pack in packs}
    return json.dumps(found, indent=2) + "\n"


def _interfaces(models: Iterable[type[BaseModel]]) -> Iterator[str]:
    _, schema = models_json_schema([(model, "validation") for model in models])
    for name, shape in schema["$defs"].items():
        about = f"/** {shape['description'].splitlines()[0]} */\n" if "description" in shape else ""
        members = [
            f"  {member}{'' if member in shape.get('required', ()) else '?'}: {_type(kind)};"
            for member, kind in shape["properties"].items()
        ]
        yield "\n".join([f"{about}export interface {name} {{", *members, "}"])


def _type(kind: Mapping[str, Any]) -> str:
    """TypeScript's word for a JSON schema. Raises KeyError for one that no message has needed so far."""
    if "$ref" in kind:
        return str(kind["$ref"]).rpartition("/")[2]
    if "anyOf" in kind:
        return " | ".join(_type(one) for one in kind["anyOf"])
    if "const" in kind or "enum" in kind:
        return _union(kind.get("enum", [kind.get("const")]))
    if kind["type"] == "array":
        return _array(kind)
    if kind["type"] == "integer" and kind.get("minimum", 0) == kind.get("maximum"):
        return str(kind["minimum"])
    return {"string": "string", "integer": "number", "boolean": "boolean", "null": "null"}[kind["type"]]


def _array(kind: Mapping[str, Any]) -> str:
    one, fewest, most = _type(kind["items"]), kind.get("minItems"), kind.get("maxItems")
    return f"[{', '.join([one] * most)}]" if most and fewest == most else f"{one}[]"


def _union(values: Iterable[object]) -> str:
    return " | ".join(json.dumps(value) for value in values)


def _list(codes: Iterable[str]) -> str:
    return f"[{', '.join(json.dumps(code) for code in codes)}]"


def _record(pairs: Mapping[str, str]) -> str:
    assert all(re.fullmatch(r"\w+", name) for name in pairs)
    return f"{{ {', '.join(f'{name}: {json.dumps(value)}' for name, value in pairs.items())} }}"
