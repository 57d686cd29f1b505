"""The file that enrols a network: the documented one works, and all faults of another are told at once, with lines."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from tests.cast import new_desk, new_organisation, rows
from tests.directory.network_file import enrol
from tincay.directory.models import Fallback, Province
from tincay.operations.network_file import read_network
from tincay.people.models import Desk, Membership, Organisation, User
from tincay.web.models import Install, this_install

pytestmark = pytest.mark.django_db
EXAMPLE = re.search(
    r"```toml\n(.*?)```", (Path(settings.BASE_DIR) / "docs/operating.md").read_text(encoding="utf-8"), re.S
)
FAULTY = """
title = "?"

[[organisations]]
code = "cay-me"
name = { vi = "Cây Me", en = "Cây Me" }
kind = "army"
scope = ["intake", "everything"]

[[organisations.desks]]
code = "tiep-nhan"
name = { vi = "Bàn", en = "Desk" }
purpose = "intake"
post = { vi = "Trưởng ca" }

[[organisations.desks]]
code = "tiep-nhan"
name = { vi = "Bàn", en = "Desk" }
purpose = "case"
post = { vi = "Trưởng ca", en = "Head" }

[[users]]
organisation = "cay-mai"
username = "ho-tro-1"
role = "king"
title = { vi = "Một", en = "One" }
desks = [{ code = "tiep-nhan", on_call = "first" }]
notice_address = "mailto:nobody"
rool = "helper"

[[users]]
organisation = "cay-me"
username = "ho-tro-1"
role = "case_worker"
title = { vi = "Một", en = "One" }

[provinces]
vn22 = "tiep-nhan"
vn99 = "tiep-nhanh"
"""
LINES = [
    "name the [default] desks",
    "line 2: title is no name of this file",
    "line 7: organisations.kind: 'army' is no org_type: one of peer_led",
    "line 8: organisations.scope: 'everything' is no org_scope: one of",
    "line 11: organisations.desks.code: 'tiep-nhan' is named twice",
    "line 13: organisations.desks.purpose: 'intake' is no purpose: one of triage, case, oversight",
    "line 14: organisations.desks.post.en is missing",
    "line 17: organisations.desks.code: 'tiep-nhan' is named twice",
    "line 23: users.organisation: 'cay-mai' is no organisation: one of cay-me",
    "line 24: users.username: 'ho-tro-1' is named twice",
    "line 25: users.role: 'king' is no user_role: one of",
    "line 27: users.desks.on_call",
    "line 28: users.notice_address: mailto: needs an address",
    "line 29: users.rool is no name of this file",
    "line 33: users.username: 'ho-tro-1' is named twice",
    "line 39: provinces.vn99: 'tiep-nhanh' is no desk of this file or of the install: one of tiep-nhan",
    "line 39: provinces.vn99: 'vn99' is no province: one of vn01",
]


@pytest.fixture
def country(install: Install) -> None:
    call_command("load_pack")


def nobody() -> bool:
    return not (rows(User).exists() or rows(Desk).exists() or rows(Organisation).exists())


def test_the_documented_file_enrols_a_network(country: None, tmp_path: Path) -> None:
    assert EXAMPLE
    enrol(tmp_path, EXAMPLE[1], "--dry-run")
    assert nobody()
    enrol(tmp_path, EXAMPLE[1])
    assert {desk.code for desk in rows(Desk)} == {"cay-me-tiep-nhan", "cay-me-truong-hop"}
    assert rows(Membership).get(on_call=1).user.username == "ho-tro-2"
    # Nobody else makes a desk's first key, without which no routing can be signed.
    supervised = rows(Membership).filter(user__role="supervisor")
    assert {seat.desk.code for seat in supervised} == {desk.code for desk in rows(Desk)}
    assert rows(Fallback).get().case.code == "cay-me-truong-hop"
    assert rows(Province).get(pk="vn22").desk == rows(Desk).get(code="cay-me-tiep-nhan")
    assert this_install().name("vi") == "Thông tin cộng đồng"
    enrol(tmp_path, EXAMPLE[1])


def test_all_faults_are_told_at_once_each_with_its_line(country: None, tmp_path: Path) -> None:
    with pytest.raises(CommandError) as refused:
        enrol(tmp_path, FAULTY)
    first, *told = str(refused.value).splitlines()
    assert first == "Nothing was enrolled."
    assert len(told) == len(LINES), "\n".join(told)
    for line, start in zip(told, LINES, strict=True):
        assert line.startswith(f"network.toml, {start}"), (line, start)
    assert nobody()


@pytest.mark.parametrize("text", ["[[users]", 'a = "', "= 1", "a = 1\na = 2"])
def test_what_is_no_toml_says_where(country: None, tmp_path: Path, text: str) -> None:
    with pytest.raises(CommandError, match=r"no TOML.*(line \d+|end of document)"):
        enrol(tmp_path, text)


def test_a_province_before_its_country_was_loaded_says_so(install: Install) -> None:
    [fault, *_] = [one for one in read_network('[provinces]\nvn22 = "x"\n')[1] if "province" in one.text]
    assert fault.line == 2
    assert any("load_pack" in one.text for one in read_network('[provinces]\nvn22 = "x"\n')[1])


@pytest.mark.parametrize("name", ["triage", "case"])
def test_reports_about_officials_have_a_default_desk_outside_the_state(country: None, name: str) -> None:
    new_desk(new_organisation("giam-sat", "inspectorate"), "thanh-tra")
    new_desk(new_organisation("cay-me"), "cay-me")
    desks = {"triage": "cay-me", "case": "cay-me", name: "thanh-tra"}
    text = "[default]\n" + "".join(f'{key} = "{value}"\n' for key, value in desks.items())
    [fault] = read_network(text)[1]
    assert fault.line == 1 + list(desks).index(name) + 1
    assert "not of the state" in fault.text


def test_only_one_organisation_coordinates(country: None) -> None:
    one = (
        '[[organisations]]\ncode = "{0}"\nname = {{ vi = "A", en = "A" }}\nkind = "ngo"\n'
        'scope = ["coordinating_body"]\n'
    )
    faults = read_network(one.format("a") + one.format("b"))[1]
    assert any("coordinating_body" in fault.text for fault in faults)
    assert not any("coordinating_body" in fault.text for fault in read_network(one.format("a"))[1])


def test_nothing_that_can_be_written_there_breaks_the_check(country: None) -> None:
    for text in (
        "users = 1", "users = [1]", "organisations = {}", "[[organisations]]\ndesks = 3", "provinces = []",
        "default = 7", "[[users]]\ndesks = [1]", '[[organisations]]\nscope = 5\ncode = ["x"]', "[default]\ntriage = 1",
    ):  # fmt: skip
        assert read_network(text)[1], text
