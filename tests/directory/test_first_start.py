"""A steward's first start: the country, then the network, from the command line."""

from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from tincay.directory.models import Fallback, Province
from tincay.directory.queries import desk_for
from tincay.people.models import Desk, Membership, User
from tincay.web.models import Install

NETWORK = """
[[organisations]]
code = "cay-me"
name = { vi = "Cây Me (mẫu)", en = "Cây Me (invented)" }
kind = "ngo"
scope = ["intake", "case_mgmt"]

[[organisations.desks]]
code = "tiep-nhan"
name = { vi = "Bàn tiếp nhận", en = "Intake" }
purpose = "triage"
post = { vi = "Trưởng ca", en = "Head of the shift" }

[[organisations.desks]]
code = "truong-hop"
name = { vi = "Bàn hỗ trợ", en = "Case desk" }
purpose = "case"
post = { vi = "Phụ trách", en = "Supervisor" }

[[users]]
organisation = "cay-me"
username = "ho-tro-1"
role = "case_worker"
title = { vi = "Người hỗ trợ 1", en = "Helper 1" }
desks = [{ code = "tiep-nhan", on_call = 1 }]

[provinces]
vn22 = "tiep-nhan"

[default]
triage = "tiep-nhan"
case = "truong-hop"
"""


def test_a_new_install_gets_its_country_and_its_network_from_two_commands(
    install: Install, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "network.toml"
    file.write_text(NETWORK, encoding="utf-8")
    call_command("load_pack")
    assert Province.objects.count() == 34
    call_command("enrol", str(file))
    call_command("enrol", str(file))
    assert Desk.objects.count() == 2
    assert desk_for("vn22").code == "tiep-nhan"
    assert Fallback.objects.get().case.code == "truong-hop"
    user = User.objects.for_the_rules().get()
    assert Membership.objects.for_the_rules().get(user=user).on_call == 1
    shown = [line for line in capsys.readouterr().out.splitlines() if line.startswith("ho-tro-1")]
    assert len(shown) == 1, "a password is shown once"
    assert user.check_password(shown[0].split()[1])


def test_a_country_is_loaded_once(install: Install) -> None:
    call_command("load_pack")
    with pytest.raises(CommandError):
        call_command("load_pack")
