"""Lists of answers: what is not in a list cannot enter; a broken list is refused by name and line."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tincay.core.codes import BadCodeList, Code, UnknownCode, read_codes

NEED = "code,en,vi,notes\npep,PEP,Thuốc dự phòng HIV,\nother,Else,Việc khác,last\n"


def test_a_list_keeps_its_order_and_its_notes() -> None:
    lists = read_codes({"need": NEED})
    assert [code.code for code in lists["need"]] == ["pep", "other"]
    assert lists.get_code("need", "other") == Code("other", "Else", "Việc khác", "last")
    assert list(lists) == ["need"]
    assert len(lists) == 1


@pytest.mark.parametrize(("language", "label"), [("vi", "Việc khác"), ("en", "Else"), ("en-GB", "Else")])
def test_a_code_speaks_the_language_asked_for(language: str, label: str) -> None:
    assert read_codes({"need": NEED}).get_code("need", "other").label(language) == label


def test_a_language_nobody_translated_falls_back_to_vietnamese() -> None:
    assert Code("a", "b", "c", "").label("hmn") == "c"


def test_a_spreadsheet_mark_before_the_first_column_is_read_over() -> None:
    assert read_codes({"need": "\ufeff" + NEED})["need"][0].code == "pep"


@given(st.text())
def test_an_answer_outside_the_list_is_refused_and_never_repeated(answer: str) -> None:
    lists = read_codes({"need": NEED})
    if answer in {"pep", "other"}:
        lists.check("need", "pep", answer)
        return
    with pytest.raises(UnknownCode) as error:
        lists.check("need", "pep", answer)
    assert str(error.value) == "need"


def test_answers_of_the_list_pass() -> None:
    read_codes({"need": NEED}).check("need", "pep", "other")


def test_a_list_nobody_wrote_is_an_unknown_code() -> None:
    with pytest.raises(UnknownCode):
        read_codes({}).get_code("need", "pep")


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "columns"),
        ("code,en,vi\na,b,c\n", "columns"),
        ("code,en,vi,notes\n", "empty"),
        ("code,en,vi,notes\na,b,c,\na,b,c,\n", "line 3: this code stands there twice"),
        ("code,en,vi,notes\na,b,c\n", "line 2: not four fields"),
        ("code,en,vi,notes\na,b,c,d,e\n", "line 2: not four fields"),
        ("code,en,vi,notes\na, ,c,\n", "line 2: a label is missing"),
        ("code,en,vi,notes\na,b,,\n", "line 2: a label is missing"),
        ("code,en,vi,notes\na b,b,c,\n", "line 2: a code is made of"),
    ],
)
def test_a_broken_list_says_where_it_is_broken(text: str, complaint: str) -> None:
    with pytest.raises(BadCodeList, match=complaint):
        read_codes({"need": text})
