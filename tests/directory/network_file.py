"""A network as a steward writes it down, and the command that reads it."""

from pathlib import Path

from django.core.management import call_command

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


def enrol(folder: Path, text: str = NETWORK, *options: str) -> None:
    file = folder / "network.toml"
    file.write_text(text, encoding="utf-8")
    call_command("enrol", str(file), *options)
