"""No field from which a register of people could be made (list prohibited_field, NEVER rows of the trace).

Reads every place where an answer could be kept: database columns, forms, the messages that the server
accepts, names of inputs in templates, the packs' code lists, column heads and keys. What looks forbidden
and is not stands in ALLOWED with its reason.
"""

import csv
import importlib
import pkgutil
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from django import forms
from django.apps import apps
from django.db import models
from django.test.utils import isolate_apps
from pydantic import BaseModel

import tincay

ROOT = Path(__file__).parents[1]
PACKS = ROOT / "packs"

# Names (of columns, inputs, keys, codes), as written in code: lower case, words joined by _.
NAMES = {
    "sex_work_status": r"sex_?work|prostitut|s(?:e|o)l(?:l|ls|d)_sex|ban_dam|mai_dam|in_the_trade|hanh_nghe",
    "national_id": r"national_id|id_(?:card|number)|citizen_id|passport|cccd|cmnd|can_cuoc|ho_chieu",
    "face_image": r"(?:^|_)face(?:_|$)|photo|portrait|avatar|selfie|anh_mat|picture_of",
    "biometric": r"biometric|finger_?print|voice_?print|(?:^|_)iris|(?:^|_)dna(?:_|$)",
    "hiv_result": r"hiv|sti(?:_|$)|test_result|viral_load",
    "drug_use": r"drug|addict|narcotic|ma_tuy|nghien",
    "address_plain": r"address|latitude|longitude|coordinate|(?:^|_)(?:lat|lon|lng|gps|geo)(?:_|$)|dia_chi|street_name",
    "residence_register": r"residence|household_book|ho_khau|so_cu_tru|hotel_guest|immigration|visa",
    "penalty_register": r"penal(?:ty|ised)|offend|arrest|detain|convict|criminal_record|tien_an|tien_su|fined",
    "member_name_list": r"member_name|members?_list|club_member_name|attendance_list",
    "group_members": r"group_members?|chat_members?|participants_list",
    "client_list": r"clients?_(?:list|name|of)|customer_(?:list|name)",
    "ip_device": r"(?:^|_)ip(?:_|$)|ip_addr|user_agent|device|browser_name|referr?er|mac_address|imei",
    "moral_code": r"moral|social_evil|te_nan|(?:^|_)vice(?:_|$)|dao_duc",
    "relapse": r"relapse|recidiv|repeat_off|reoffend|tai_pham|hoan_luong|bo_nghe|left_the|former_|rehabilitated",
    "risk_score_person": r"risk_?(?:score|level|rating|points)|score_of|person_score|vulnerability_score",
}
# Labels that people read, in both languages.
LABELS = {
    "sex_work_status": r"bán dâm|mại dâm|sells? sex|sold sex|sex work|prostitut",
    "national_id": r"căn cước|chứng minh|hộ chiếu|passport|identity card|id card",
    "face_image": r"ảnh mặt|khuôn mặt|face photo",
    "biometric": r"vân tay|sinh trắc|fingerprint|biometric",
    "hiv_result": r"\bHIV\b|xét nghiệm",
    "drug_use": r"ma túy|nghiện|\bdrugs?\b",
    "address_plain": r"địa chỉ|tọa độ|\baddress\b|coordinates",
    "residence_register": r"sổ cư trú|hộ khẩu|khách lưu trú|residence register",
    "penalty_register": r"tiền án|tiền sự|danh sách người bị phạt|list of people fined",
    "member_name_list": r"danh sách (?:tên )?thành viên|names of .*members",
    "group_members": r"thành viên nhóm|members of .*groups",
    "client_list": r"danh sách khách|list of clients",
    "ip_device": r"địa chỉ IP|\bIP address|vân tay thiết bị|user agent",
    "moral_code": r"tệ nạn|đạo đức|social evil|\bmoral",
    "relapse": r"tái phạm|hoàn lương|bỏ nghề|relapse|left the trade",
    "risk_score_person": r"điểm rủi ro|risk score",
}
NAME_PATTERNS = {code: re.compile(pattern) for code, pattern in NAMES.items()}
LABEL_PATTERNS = {code: re.compile(pattern, re.IGNORECASE) for code, pattern in LABELS.items()}


class Field(NamedTuple):
    """A place where something could be kept: where it is, its name, what people read beside it."""

    where: str
    name: str
    label: str = ""


ALLOWED = {
    "model people.User.emailaddress": "staff only: the sign-in library's relation; the product stores none",
    "model account.EmailAddress.email_address": "staff only: the sign-in library's table; the product stores none",
    "model account.EmailAddress.email": "staff only: the sign-in library's table; the product stores none",
    "model account.EmailConfirmation.email_address": "staff only: the sign-in library's table, unused",
    "model people.DeviceCookie.device_cookie": "staff only: the table; a hash of a random secret, nothing of a machine",
    "model people.User.device_cookies": "staff only: what leads there",
    "model people.User.notice_address": "staff only: where the contentless notice goes",
    "message tincay.operations.network_file._UserTable.notice_address": "staff only: the same, in the file",
    "message tincay.environment.Environment.exit_address": "the web address that the way out opens",
    "form tincay.people.forms.NewPasskey.passwordless": "staff only: their own device asks, nothing of it is sent",
    "list alert_type.drug_spiking": "what somebody put into a drink, a method; says nothing of the person harmed",
    "list harm_type.drugging": "done to the person, not by the person",
    "keys packs/demo/figures.toml.drugging": "weight of the harm of that name",
    "keys packs/demo/figures.toml.sti_hiv": "weight of the need of that name",
    "list co_occurring.drugs_forced": "done to the person; sealed, never a column",
    "list co_occurring.hiv_threat": "a threat that was made, not a result; sealed, never a column",
    "list screening_item.s15_drugs": "asks whether drugs were forced on the person; sealed",
    "list tip_control.PsychoactiveSubstance": "means of control, an HTCDS code",
    "list focus_conduct.f3_protects_traffics": "conduct of those who protect traffickers, never of people harmed",
    "list authority_response.reporter_fined": "harm done to a reporter, feeds the safeguard SG-01; never a list",
    "list authority_response.reporter_detained": "harm done to a reporter, feeds the safeguard SG-01; never a list",
    "list barrier.residence_rule": "a rule that kept somebody from help; no register is read",
    "list scorecard_item.sc_no_penalty": "scores an authority, not a person",
    "list measure_item.k3_72h": "a knowledge question about care",
    "list measure_item.k4_no_forced_rehab": "a knowledge question about the law",
    "list measure_item.a1_respect": "an attitude question to duty-bearers",
    "list measure_item.a2_credible": "an attitude question to duty-bearers",
    "list training_topic.hiv_prevention": "what a session was about",
    "list service_type.harm_reduction": "what a service offers",
    "list need.pep": "help somebody wants; sealed, never a result",
    "list need.sti_hiv": "help somebody wants; sealed, never a result",
    "list meeting_safeguard.no_photo": "a rule of meetings: no pictures",
    "list perpetrator_identifier_kind.address": "kind of an identifier of the person who did harm; its value is sealed",
    "list tip_purpose.sexual_prostitution": "purpose of an exploiter, an HTCDS value; never a status of the person",
    "list venue_type.rehab_centre": "kind of place where it happened; national counts only",
}
"""`where.name` of a field that looks forbidden → why it is not."""

REFUSALS = {
    "prohibited_field": "names what may not exist",
    "term_guidance": "names the words that are replaced",
    "perverse_rule": "names the targets that are refused",
    "alert_content_rule": "names what may not stand in an alert",
}
"""Lists of refusals: nobody chooses from them, nothing of them is stored about anybody."""


# --- Where fields can be


def of_model(model: type[models.Model]) -> Iterator[Field]:
    where = f"model {model._meta.label}"
    yield Field(where, _snake(model.__name__))
    for column in model._meta.get_fields():
        yield Field(where, column.name, str(getattr(column, "verbose_name", "")))


def of_form(form: type[forms.BaseForm]) -> Iterator[Field]:
    where = f"form {form.__module__}.{form.__qualname__}"
    for name, field in getattr(form, "base_fields", {}).items():
        yield Field(where, name, f"{field.label or ''} {field.help_text or ''}")
        for value, label in getattr(field, "choices", ()):
            yield Field(f"{where}.{name}", str(value), str(label))


def of_message(message: type[BaseModel]) -> Iterator[Field]:
    for name in message.model_fields:
        yield Field(f"message {message.__module__}.{message.__qualname__}", name)


def of_template(html: str, file: str) -> Iterator[Field]:
    html = re.sub(r"<meta\b[^>]*>", "", html)  # says something to the browser, asks nothing of anybody
    for name in re.findall(r"""\b(?:name|id|data-field)=["']([\w-]+)["']""", html):
        yield Field(f"template {file}", name.replace("-", "_"))


def of_list(path: Path) -> Iterator[Field]:
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        for head in reader.fieldnames or ():
            yield Field(f"table {path.relative_to(ROOT).as_posix()}", head)
        if path.parent.name == "codes" and path.stem not in REFUSALS:
            for row in reader:
                yield Field(f"list {path.stem}", row["code"], f"{row['en']} · {row['vi']}")


def of_pack_table(path: Path) -> Iterator[Field]:
    for key in sorted(set(_keys(tomllib.loads(path.read_text(encoding="utf-8"))))):
        yield Field(f"keys {path.relative_to(ROOT).as_posix()}", key)


def _keys(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield key
            yield from _keys(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _keys(inner)


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def _kinds_of(base: type[Any]) -> Iterator[type[Any]]:
    for kind in base.__subclasses__():
        yield kind
        yield from _kinds_of(kind)


def _ours(base: type[Any]) -> list[type[Any]]:
    """Every class of the product below a base, each once."""
    for module in pkgutil.walk_packages(tincay.__path__, "tincay."):
        if not re.search(r"__main__|migrations|\.(?:wsgi|asgi)$", module.name):
            importlib.import_module(module.name)
    found = {kind for kind in _kinds_of(base) if kind.__module__.startswith("tincay.")}
    return sorted(found, key=lambda kind: f"{kind.__module__}.{kind.__qualname__}")


def every_field() -> Iterator[Field]:
    for model in apps.get_models(include_auto_created=True):
        yield from of_model(model)
    for form in _ours(forms.BaseForm):
        yield from of_form(form)
    for message in _ours(BaseModel):
        yield from of_message(message)
    for path in sorted(ROOT.glob("tincay/**/templates/**/*.html")):
        yield from of_template(path.read_text(encoding="utf-8"), path.relative_to(ROOT).as_posix())
    for path in sorted(PACKS.rglob("*.csv")):
        yield from of_list(path)
    for path in sorted(PACKS.rglob("*.toml")):
        yield from of_pack_table(path)


# --- What is forbidden


def forbidden(field: Field) -> list[str]:
    """The codes of prohibited_field that this field looks like."""
    by_name = [code for code, pattern in NAME_PATTERNS.items() if pattern.search(field.name.lower())]
    by_label = [code for code, pattern in LABEL_PATTERNS.items() if pattern.search(field.label)]
    return sorted({*by_name, *by_label})


def place(field: Field) -> str:
    return f"{field.where}.{field.name}"


def found_everywhere() -> dict[str, list[str]]:
    return {place(field): codes for field in every_field() if (codes := forbidden(field))}


def test_no_field_exists_that_may_not_exist() -> None:
    found = found_everywhere()
    assert not {where: codes for where, codes in found.items() if where not in ALLOWED}


def test_every_exception_has_a_reason_and_is_still_needed() -> None:
    assert not set(ALLOWED) - set(found_everywhere())
    assert all(len(reason) > 10 for reason in ALLOWED.values())


def test_every_entry_of_the_list_is_watched_by_name_and_by_label() -> None:
    with (PACKS / "vn" / "codes" / "prohibited_field.csv").open(encoding="utf-8", newline="") as file:
        codes = {row["code"] for row in csv.DictReader(file)}
    assert codes == set(NAMES) == set(LABELS)


# --- The check itself is checked


BAD_NAMES = {
    "sex_work_status": "sells_sex",
    "national_id": "cccd",
    "face_image": "face_photo",
    "biometric": "fingerprint",
    "hiv_result": "hiv_status",
    "drug_use": "uses_drugs",
    "address_plain": "home_address",
    "residence_register": "ho_khau",
    "penalty_register": "times_arrested",
    "member_name_list": "member_name",
    "group_members": "chat_members",
    "client_list": "clients_of",
    "ip_device": "ip",
    "moral_code": "social_evil",
    "relapse": "tai_pham",
    "risk_score_person": "risk_score",
}


@pytest.mark.parametrize(("code", "name"), BAD_NAMES.items())
def test_a_column_with_such_a_name_is_noticed(code: str, name: str) -> None:
    with isolate_apps("tincay.web"):
        column = models.CharField(max_length=10)
        meta = type("Meta", (), {"app_label": "web"})
        bad = type("Note", (models.Model,), {"__module__": __name__, "Meta": meta, name: column})
        assert code in {found for field in of_model(bad) for found in forbidden(field)}


@pytest.mark.parametrize(("code", "name"), BAD_NAMES.items())
def test_a_form_a_message_and_an_input_with_such_a_name_are_noticed(code: str, name: str) -> None:
    form = type("NoteForm", (forms.Form,), {name: forms.CharField()})
    message = type("NoteMessage", (BaseModel,), {"__annotations__": {name: str}, "__module__": __name__})
    html = f'<input name="{name.replace("_", "-")}">'
    for fields in (of_form(form), of_message(message), of_template(html, "page.html")):
        assert code in {found for field in fields for found in forbidden(field)}


@pytest.mark.parametrize("name", ["sells_sex", "ho_khau"])
def test_an_import_table_a_code_and_a_key_with_such_a_name_are_noticed(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.test_prohibited_fields.ROOT", tmp_path)
    table, codes, keys = tmp_path / "import.csv", tmp_path / "codes" / "x.csv", tmp_path / "x.toml"
    codes.parent.mkdir()
    table.write_text(f"date,{name}\n", encoding="utf-8")
    codes.write_text(f"code,en,vi,notes\n{name},x,x,\n", encoding="utf-8")
    keys.write_text(f"[[rows]]\n{name} = 1\n", encoding="utf-8")
    for fields in (of_list(table), of_list(codes), of_pack_table(keys)):
        assert name in {field.name for field in fields if forbidden(field)}


@pytest.mark.parametrize(
    ("code", "label"),
    [
        ("sex_work_status", "Người này có bán dâm không?"),
        ("national_id", "Số căn cước"),
        ("hiv_result", "Kết quả HIV"),
        ("relapse", "Số lần tái phạm"),
        ("ip_device", "Địa chỉ IP"),
        ("moral_code", "Loại tệ nạn"),
        ("address_plain", "Home address"),
    ],
)
def test_a_harmless_name_does_not_hide_a_forbidden_label(code: str, label: str) -> None:
    assert code in forbidden(Field("form", "field_7", label))


@pytest.mark.parametrize(
    "name", ["priority", "strip", "description", "received_at", "recipient", "situation"]
)
def test_ordinary_names_are_left_alone(name: str) -> None:
    assert forbidden(Field("model", name)) == []
