"""A steward's first start: the country, then the network, from the command line."""

from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from pytest_django.fixtures import Settings

from tests.cast import new_province, rows
from tests.conftest import new_install
from tests.directory.network_file import NETWORK, enrol
from tincay.directory.models import CalendarDay, CalendarVersion, Fallback, Province
from tincay.log.keys import key_path
from tincay.people.models import Desk, Membership, User
from tincay.web.models import Install
from tincay.web.packs import pack_rows


def test_a_new_install_gets_its_country_and_its_network_from_two_commands(
    install: Install, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("load_pack")
    assert rows(Province).count() == 34
    enrol(tmp_path)
    enrol(tmp_path)
    assert rows(Desk).count() == 2
    province = rows(Province).get(code="vn22")
    assert province.desk == rows(Desk).get(code="tiep-nhan")
    assert rows(Fallback).get().case.code == "truong-hop"
    user = rows(User).get()
    assert rows(Membership).get(user=user).on_call == 1
    shown = [line for line in capsys.readouterr().out.splitlines() if line.startswith("ho-tro-1")]
    assert len(shown) == 1, "a password is shown once"
    assert user.check_password(shown[0].split()[1])


def test_a_country_is_loaded_once(install: Install) -> None:
    call_command("load_pack")
    with pytest.raises(CommandError):
        call_command("load_pack")


def with_a_country() -> None:
    new_province("vn22", "Quảng Ninh")


# --- the country


def test_the_country_comes_with_its_provinces_their_old_codes_and_its_days(
    install: Install, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("load_pack")
    days = rows(CalendarDay).count()
    assert f"34 provinces, {days} days of the calendar" in capsys.readouterr().out
    merged = {row["code"]: row["old_codes"].split() for row in pack_rows("provinces.csv")}
    assert dict(rows(Province).values_list("code", "old_codes")) == merged
    assert any(len(codes) > 1 for codes in merged.values())
    assert rows(Province).get(code="vn01").name("en") == "Ha Noi"


def test_the_logs_key_is_there_before_the_first_leaf(
    install: Install, settings: Settings, tmp_path: Path
) -> None:
    settings.TINCAY_DATA = tmp_path
    call_command("load_pack")
    assert key_path().exists()
    assert tmp_path in key_path().parents


def test_a_country_that_could_not_be_loaded_twice_stays_as_it_was(install: Install) -> None:
    call_command("load_pack")
    with pytest.raises(CommandError):
        call_command("load_pack")
    assert (rows(Province).count(), rows(CalendarVersion).count()) == (34, 1)


@pytest.mark.parametrize("command", [["load_pack"], ["enrol", "network.toml"]])
def test_a_demo_gets_neither_a_country_nor_people(install: Install, command: list[str]) -> None:
    new_install(demo=True)
    with pytest.raises(CommandError):
        call_command(*command)
    assert not rows(Province).exists()
    assert not rows(User).exists()


# --- the network


def test_each_desk_and_each_person_is_enrolled_as_the_file_says(install: Install, tmp_path: Path) -> None:
    with_a_country()
    enrol(tmp_path, NETWORK.replace("desks = [", 'notice_address = "x@here"\ndesks = ['))
    desk, user = rows(Desk).get(code="tiep-nhan"), rows(User).get()
    assert (desk.name("en"), desk.purpose) == ("Intake", "triage")
    assert (desk.post_vi, desk.post_en) == ("Trưởng ca", "Head of the shift")
    assert (desk.organisation.code, desk.organisation.scope) == ("cay-me", ["intake", "case_mgmt"])
    assert (user.role, user.notice_address) == ("case_worker", "x@here")
    assert (user.title("vi"), user.title("en")) == ("Người hỗ trợ 1", "Helper 1")
    assert desk.recipient == user.recipient == ""  # keys are made in browsers


def test_the_second_time_only_who_is_new_gets_a_password(
    install: Install, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with_a_country()
    enrol(tmp_path)
    before = rows(User).get().password
    second = NETWORK.split("[[users]]")[1].split("[provinces]")[0].replace("-1", "-2")
    capsys.readouterr()
    enrol(tmp_path, NETWORK.replace("[provinces]", f"[[users]]{second}\n[provinces]"))
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == ["ho-tro-2"]
    assert rows(User).get(username="ho-tro-1").password == before
    assert rows(User).get(username="ho-tro-2").number == 2


WATCH = """
[[organisations]]
code = "giam-sat"
name = { vi = "Ban giám sát", en = "Board" }
kind = "inspectorate"
scope = ["oversight"]

[[organisations.desks]]
code = "giam-sat"
name = { vi = "Bàn giám sát", en = "Oversight" }
purpose = "oversight"
post = { vi = "Trưởng ban", en = "Head" }

[[users]]"""


def test_each_organisation_gets_its_own_desks_and_people(install: Install, tmp_path: Path) -> None:
    with_a_country()
    enrol(tmp_path, NETWORK.replace("[[users]]", WATCH) + 'oversight = "giam-sat"\n')
    enrol(tmp_path, NETWORK.replace("[[users]]", WATCH))
    found = rows(Desk).order_by("code").values_list("code", "organisation__code")
    assert list(found) == [("giam-sat", "giam-sat"), ("tiep-nhan", "cay-me"), ("truong-hop", "cay-me")]
    assert rows(User).get().organisation.code == "cay-me"


def test_the_default_desks_may_name_who_oversees(install: Install, tmp_path: Path) -> None:
    with_a_country()
    enrol(tmp_path, NETWORK.replace("[[users]]", WATCH) + 'oversight = "giam-sat"\n')
    named = rows(Fallback).get()
    assert [named.triage.code, named.case.code, named.oversight and named.oversight.code] == [
        "tiep-nhan",
        "truong-hop",
        "giam-sat",
    ]


POLICE = 'kind = "police_commune"'
SPOILED = {
    "a desk of the police": ('kind = "ngo"', POLICE, "the police answer for no province"),
    "a missing name": ('username = "ho-tro-1"\n', "", r"line 20: users.username is missing"),
    "no default desks": ("[default]", "[other]", r"name the \[default\] desks"),
}


@pytest.mark.parametrize("spoiled", SPOILED)
def test_a_file_with_one_mistake_enrols_nobody(install: Install, tmp_path: Path, spoiled: str) -> None:
    with_a_country()
    right, wrong, said = SPOILED[spoiled]
    with pytest.raises(CommandError, match=said):
        enrol(tmp_path, NETWORK.replace(right, wrong))
    assert not rows(User).exists()
    assert not rows(Desk).exists()


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ('role = "case_worker"', 'role = "king"'),
        ('kind = "ngo"', 'kind = "army"'),
        ('"case_mgmt"', '"everything"'),
        ("vn22", "vn99"),
    ],
)
def test_a_code_that_is_in_no_list_enrols_nobody(
    install: Install, tmp_path: Path, right: str, wrong: str
) -> None:
    with_a_country()
    with pytest.raises(CommandError, match="one of"):
        enrol(tmp_path, NETWORK.replace(right, wrong))
    assert not rows(User).exists()
    assert not rows(Desk).exists()
