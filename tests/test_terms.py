"""The words of the product: no shipped text uses a word that the guidance replaces.

A word that is needed all the same (a law's title, a refusal that names what it refuses) stands in ALLOWED
with its reason. An entry that nothing needs any more fails too.
"""

import csv
import re
import unicodedata
from collections.abc import Iterator
from fnmatch import fnmatch
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[1]
SHIPPED = [
    "tincay/**/templates/**/*",
    "tincay/**/*.py",
    "packs/**/*.toml",
    "packs/**/*.csv",
    "packs/**/*.txt",
    "packs/**/*.md",
    "locale/**/*.po",
    "client/src/**/*.ts",
    "docs/**/*.md",
    "*.md",
]

# For each entry of the list term_guidance: what must not be written instead of it.
INSTEAD_OF = {
    "sex_worker": r"prostitut\w*|gái (?:mại dâm|bán hoa|bán dâm|gọi)|mại dâm|bán dâm|hookers?",
    "survivor": r"nạn nhân|victims?\b",
    "person_reported": r"đối tượng|(?<!data )\bsubjects?\b",
    "sexually_exploited_child": r"mại dâm trẻ em|child prostitut\w*",
    "help_leave": r"giải cứu|\brescu(?:e|ed|es|ing)\b",
    "harmful_person": r"yêu râu xanh|\bmonsters?\b",
    "community": r"tệ nạn|trong sạch|social evils?|clean(?:ing)? up",
    "report": r"tố cáo",
    "client": r"mua dâm|\bpunters?\b",
    "trafficking": r"buôn người|buôn bán phụ nữ|\bsex trafficking\b",
    "coded": r"mã hóa|mã hoá",
    "tin_bao": r"báo cáo",
    "case_management": r"quản lý ca\b|quản lý đối tượng",
}
NO_WRONG_WORD = {"choice": "it says who decides, not which word to use"}
# Words of the rules beside the list: promises that nobody can keep, words that look back on a life.
ALSO_NEVER = {
    "promise": r"tuyệt đối|100 ?% (?:an toàn|safe)|completely safe|absolutely safe",
    "past": r"hoàn lương|tái phạm|bỏ nghề|former (?:sex worker|prostitute)|relapse\w*",
    "praise": r"dũng cảm|bravery|how brave",
}
PATTERNS = {code: re.compile(pattern, re.IGNORECASE) for code, pattern in (INSTEAD_OF | ALSO_NEVER).items()}


class Allowed(NamedTuple):
    """These words may stand in these files, for this reason."""

    files: str
    words: str
    reason: str


ALLOWED = [
    Allowed("packs/vn/codes/term_guidance.csv", "*", "the list names the words that it replaces"),
    Allowed("tincay/people/channels.py", '"Subject"', "the name of a header of every mail"),
    Allowed("packs/vn/codes/prohibited_field.csv", "*", "the list names what may not exist"),
    Allowed("packs/vn/codes/perverse_rule.csv", "*", "the rules name the targets that they refuse"),
    Allowed("packs/vn/codes/barrier.csv", "Không được xác định là nạn nhân", "the status in law 53/2024"),
    Allowed("packs/vn/codes/barrier.csv", "Not recognised as a victim", "the status in law 53/2024"),
    Allowed("packs/vn/codes/tip_status.csv", "xác định là nạn nhân", "the status in law 53/2024"),
    Allowed("packs/vn/codes/tip_status.csv", "ActualVictimOfTrafficking", "a code of the HTCDS standard"),
    Allowed(
        "packs/vn/codes/tip_purpose.csv",
        "sexual_prostitution",
        "our code for the HTCDS picklist value; shown as sexual exploitation",
    ),
    Allowed(
        "packs/vn/codes/tip_purpose.csv", "SexualExploitation/Prostitution", "a code of the HTCDS standard"
    ),
    Allowed(
        "packs/vn/codes/tip_purpose.csv", "ép bán dâm", "what somebody was forced to, in the words of the law"
    ),
    Allowed("packs/vn/codes/harm_type.csv", "trafficking victims", "cites law 53/2024 art. 3(10)"),
    Allowed(
        "packs/vn/codes/training_topic.csv",
        "không xử phạt nạn nhân",
        "the non-punishment principle, for duty-bearers",
    ),
    Allowed(
        "packs/vn/codes/training_topic.csv",
        "victims are not punished",
        "the non-punishment principle, for duty-bearers",
    ),
    Allowed(
        "packs/vn/codes/measure_item.csv", "là nạn nhân mua bán người", "a knowledge question about the law"
    ),
    Allowed("packs/vn/codes/measure_item.csv", "a trafficking victim", "a knowledge question about the law"),
    Allowed(
        "packs/vn/codes/measure_item.csv",
        "Người lớn bán dâm",
        "a knowledge question about the law, in its words",
    ),
    Allowed("packs/vn/codes/clock_rule.csv", "thụ lý tố cáo", "a step of the Law on Denunciations"),
    Allowed("packs/vn/codes/clock_rule.csv", "giải quyết tố cáo", "a step of the Law on Denunciations"),
    Allowed(
        "packs/vn/codes/clock_rule.csv",
        "Cấp trên yêu cầu báo cáo",
        "an office report, Law on Denunciations art. 38",
    ),
    Allowed("packs/vn/codes/legal_ref.csv", "Luật Tố cáo", "the title of a law"),
    Allowed("packs/vn/codes/report_kind.csv", "Tố cáo cán bộ", "a denunciation in the sense of the law"),
    Allowed(
        "packs/vn/codes/online_group_type.csv",
        "cannot be subject of alert",
        "ordinary English; nobody is called a subject",
    ),
    Allowed(
        "packs/vn/codes/perpetrator_identifier_kind.csv",
        "tiền mã hóa",
        "cryptocurrency; here it does mean encrypted",
    ),
    Allowed(
        "packs/vn/contacts.toml", "Fire and rescue", "the name of a service; nobody is rescued from work"
    ),
    Allowed("packs/vn/law.toml", "nạn nhân mua bán người", "the law gives rights under this name"),
    Allowed("packs/vn/law.toml", "Nạn nhân mua bán người", "the law gives rights under this name"),
    Allowed("packs/vn/law.toml", "xác định là nạn nhân", "the law gives rights under this name"),
    Allowed("packs/vn/law.toml", "victims of trafficking", "the law gives rights under this name"),
    Allowed("packs/vn/law.toml", "Victims of trafficking", "the law gives rights under this name"),
    Allowed("packs/vn/law.toml", "Luật Tố cáo", "the title of a law"),
    Allowed("packs/vn/law.toml", "đơn tố cáo", "a denunciation in the sense of the law"),
    Allowed("packs/vn/law.toml", "giải quyết tố cáo", "a denunciation in the sense of the law"),
    Allowed("packs/vn/law.toml", "yêu cầu báo cáo", "an office report, Law on Denunciations art. 38"),
    Allowed("packs/vn/law.toml", "người bán dâm", "quotes the decree on administrative fines"),
    Allowed(
        "packs/demo/reports.toml",
        "Phòng 302 bán dâm, đề nghị bắt.",
        "D7: the neighbour's own words, which the page turns away",
    ),
    Allowed("tincay/core/release/profiles/ctdc.py", "typeOfSexProstitution", "a column of the CTDC data set"),
    Allowed("tincay/core/release/profiles/ctdc.py", '"Prostitution"', "a value of the CTDC data set"),
    Allowed("tincay/reports/*.py", "subject", "what a clock or a task hangs on: a row, never a person"),
    Allowed("tincay/desk/pages.py", "clock.subject", "the row that a clock hangs on"),
    Allowed("tincay/desk/queries.py", '"subject"', "the row that a clock hangs on"),
    Allowed("CONTRIBUTING.md", "an toàn tuyệt đối", "tells contributors what is never written"),
]


class Found(NamedTuple):
    file: str
    line: int
    code: str
    words: str


def find(text: str, file: str = "") -> Iterator[Found]:
    """Every forbidden word of a text, with its line."""
    for number, line in enumerate(unicodedata.normalize("NFC", text).splitlines(), start=1):
        for code, pattern in PATTERNS.items():
            for hit in pattern.finditer(line):
                yield Found(file, number, code, hit.group())


def without_allowed(text: str, file: str, used: set[Allowed]) -> str:
    """The text with its allowed words taken out, keeping the lines."""
    text = unicodedata.normalize("NFC", text)
    for entry in ALLOWED:
        if not fnmatch(file, entry.files):
            continue
        if entry.words == "*":
            used.add(entry)
            return ""
        if entry.words in text:
            used.add(entry)
            text = text.replace(entry.words, "·")
    return text


def shipped_files() -> list[Path]:
    found = {path for pattern in SHIPPED for path in ROOT.glob(pattern) if path.is_file()}
    return sorted(path for path in found if "__pycache__" not in path.parts and is_text(path))


def is_text(path: Path) -> bool:
    return path.suffix in {".html", ".txt", ".py", ".toml", ".csv", ".md", ".po", ".ts", ".xml", ".svg"}


@cache
def found_everywhere() -> tuple[list[Found], set[Allowed]]:
    used: set[Allowed] = set()
    found: list[Found] = []
    for path in shipped_files():
        file = path.relative_to(ROOT).as_posix()
        found += find(without_allowed(path.read_text(encoding="utf-8"), file, used), file)
    return found, used


def test_no_shipped_text_uses_a_word_that_the_guidance_replaces() -> None:
    found, _ = found_everywhere()
    assert not [f"{hit.file}:{hit.line}: {hit.words!r} ({hit.code})" for hit in found]


def test_every_exception_has_a_reason_and_is_still_needed() -> None:
    _, used = found_everywhere()
    files = [path.relative_to(ROOT).as_posix() for path in shipped_files()]
    there = [entry for entry in ALLOWED if any(fnmatch(file, entry.files) for file in files)]
    assert not [entry for entry in there if entry not in used]
    assert all(len(entry.reason) > 10 for entry in ALLOWED)


def test_every_entry_of_the_guidance_is_watched() -> None:
    path = ROOT / "packs" / "vn" / "codes" / "term_guidance.csv"
    with path.open(encoding="utf-8", newline="") as file:
        codes = {row["code"] for row in csv.DictReader(file)}
    assert codes == set(INSTEAD_OF) | set(NO_WRONG_WORD)


def test_the_texts_that_people_read_are_among_those_watched() -> None:
    files = {path.relative_to(ROOT).as_posix() for path in shipped_files()}
    assert {"packs/vn/texts.toml", "packs/vn/guide.toml", "packs/demo/reports.toml"} <= files


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Gái mại dâm", "sex_worker"),
        ("a former prostitute", "past"),
        ("danh sách đối tượng", "person_reported"),
        ("Đội giải cứu", "help_leave"),
        ("They were rescued.", "help_leave"),
        ("bài trừ tệ nạn xã hội", "community"),
        ("Bạn gửi báo cáo", "tin_bao"),
        ("câu trả lời được mã hoá", "coded"),
        ("an toàn tuyệt đối", "promise"),
        (unicodedata.normalize("NFD", "nạn nhân"), "survivor"),
    ],
)
def test_the_check_notices_a_wrong_word(text: str, code: str) -> None:
    assert code in {hit.code for hit in find(text)}


@pytest.mark.parametrize(
    "text", ["trình báo", "biên nhận", "người bị hại", "báo công an", "subjective", "mã biên nhận"]
)
def test_the_check_leaves_right_words_alone(text: str) -> None:
    assert not list(find(text))
