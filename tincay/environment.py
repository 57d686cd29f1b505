"""Everything an install can set, read once and loudly: TINCAY_… variables, listed in docs/operating.md.

They come from the environment, else from the one file that every command reads.
"""

import base64
import difflib
import json
import os
import re
import stat
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured
from dotenv import dotenv_values
from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

BASE_DIR = Path(__file__).resolve().parent.parent
ENV_FILE = "TINCAY_ENV_FILE"
USUAL_ENV_FILE = Path("/etc/tincay/env")
DEVELOPERS = {"TINCAY_TEST_DATABASE", "TINCAY_PATIENCE", "TINCAY_CLIENT_OUT"}
"""Variables of the tests and of the client's build, which the product does not read."""
HOST_NAME = re.compile(r"\.?[\w-]+(\.[\w-]+)*|\[[0-9a-fA-F:.]+\]")
JsonList = Annotated[list[str], NoDecode]


class Environment(BaseSettings):
    """The install's own choices. What each has to be stands beside it, and is what the operator reads when it is not.

    The real environment wins over the file.
    """

    # A mistyped address of the database holds its password: no error repeats a value.
    model_config = SettingsConfigDict(env_prefix="TINCAY_", hide_input_in_errors=True, extra="ignore")

    data: Path = Field(default=BASE_DIR / ".data", description="a folder", examples=["/srv/tincay"])
    database: str = Field(
        default="",
        description="empty for SQLite, or a postgresql:// address",
        examples=["postgresql://tincay:password@db.example/tincay"],
    )
    secret_key: SecretStr = Field(
        default=SecretStr(""),
        description="empty, or 32 random letters or more",
        examples=["$(openssl rand -hex 32)"],
    )
    hosts: JsonList = Field(
        default=["127.0.0.1", "localhost", "[::1]"],
        description="a JSON list of host names, without https:// and port",
        examples=["""'["tin.example"]'"""],
    )
    https: bool = Field(default=False, description="true or false", examples=["true"])
    pack: str = Field(default="vn", description="a country pack, a folder of packs/", examples=["vn"])
    origin: str = Field(
        default="tincay.invalid/log",
        max_length=120,
        description="a name without spaces and plus, at most 120 letters",
        examples=["tin.example/log"],
    )
    witness_quorum: int = Field(
        default=0, ge=0, description="a number from 0 to as many as TINCAY_WITNESSES names", examples=["1"]
    )
    witnesses: JsonList = Field(
        default=[],
        description="a JSON list of key lines, each with a space and an address",
        examples=["""'["w.example/w1+1234abcd+BASE64 https://w.example"]'"""],
    )
    exit_address: str = Field(
        default="https://vi.wikipedia.org/",
        description="an http:// or https:// address",
        examples=["https://vi.wikipedia.org/"],
    )
    notice_webhook: str = Field(
        default="",
        description="empty, or an http:// or https:// address",
        examples=["https://hook.example/on-call"],
    )
    notice_secret: SecretStr = Field(
        default=SecretStr(""),
        description="empty, or whsec_ and 24 to 64 bytes in base64",
        examples=["whsec_$(openssl rand -base64 32)"],
    )
    mail_host: str = Field(
        default="", description="empty, or the name of a mail server", examples=["mail.example"]
    )
    mail_port: int = Field(
        default=587, ge=1, le=65535, description="a number from 1 to 65535", examples=["587"]
    )
    mail_tls: Literal["starttls", "tls", "none"] = Field(
        default="starttls",
        description="starttls, tls, or none for a server on this machine",
        examples=["starttls"],
    )
    mail_user: str = Field(
        default="", description="empty, or an account of the mail server", examples=["on-call"]
    )
    mail_password: SecretStr = Field(
        default=SecretStr(""), description="the password of TINCAY_MAIL_USER", examples=["..."]
    )
    mail_from: str = Field(
        default="", description="an address of the mail server's domain", examples=["on-call@mail.example"]
    )
    backup_days: int = Field(
        default=30, ge=1, le=3650, description="a number from 1 to 3650", examples=["30"]
    )
    timer: bool | None = Field(default=None, description="true or false", examples=["true"])
    debug: bool = Field(default=False, description="true or false", examples=["false"])

    @field_validator("hosts", "witnesses", mode="before")
    @classmethod
    def _is_a_list(cls, value: object) -> object:
        return json.loads(value) if isinstance(value, str) else value

    @field_validator("hosts")
    @classmethod
    def _are_host_names(cls, names: list[str]) -> list[str]:
        if not names or not all(HOST_NAME.fullmatch(name) for name in names):
            raise ValueError
        return names

    @field_validator("pack")
    @classmethod
    def _has_its_folder(cls, name: str) -> str:
        if "/" in name or not (BASE_DIR / "packs" / name / "pack.toml").is_file():
            raise ValueError
        return name

    @field_validator("origin")
    @classmethod
    def _can_be_signed_under(cls, name: str) -> str:
        if not name or "+" in name or any(letter.isspace() for letter in name):
            raise ValueError
        return name

    @field_validator("database")
    @classmethod
    def _is_postgresql(cls, address: str) -> str:
        if address:
            parts = urlsplit(address)
            if parts.scheme not in ("postgresql", "postgres") or not parts.path.strip("/") or parts.port == 0:
                raise ValueError
        return address

    @field_validator("exit_address", "notice_webhook")
    @classmethod
    def _is_an_address(cls, address: str, info: ValidationInfo) -> str:
        if address or info.field_name == "exit_address":
            parts = urlsplit(address)
            if parts.scheme not in ("http", "https") or not parts.hostname or parts.port == 0:
                raise ValueError
        return address

    @field_validator("secret_key")
    @classmethod
    def _is_long(cls, key: SecretStr) -> SecretStr:
        if 0 < len(key.get_secret_value()) < 32:
            raise ValueError
        return key

    @field_validator("notice_secret")
    @classmethod
    def _can_sign(cls, secret: SecretStr) -> SecretStr:
        value = secret.get_secret_value()
        if value:
            prefix, _, encoded = value.partition("_")
            if prefix != "whsec" or not 24 <= len(base64.b64decode(encoded, validate=True)) <= 64:
                raise ValueError
        return secret

    @field_validator("mail_host", "mail_from")
    @classmethod
    def _has_no_spaces(cls, value: str, info: ValidationInfo) -> str:
        if any(letter.isspace() for letter in value) or (
            value and info.field_name == "mail_from" and "@" not in value
        ):
            raise ValueError
        return value

    @model_validator(mode="after")
    def _fit_together(self) -> Self:
        if self.witness_quorum > len(self.witnesses):
            raise ValueError("TINCAY_WITNESS_QUORUM asks for more witnesses than TINCAY_WITNESSES names")
        if self.mail_host and not self.mail_from:
            raise ValueError("TINCAY_MAIL_FROM is missing: TINCAY_MAIL_HOST needs an address to write from")
        if self.mail_tls == "none" and self.mail_host not in ("", "localhost", "127.0.0.1", "::1"):
            raise ValueError(
                "TINCAY_MAIL_TLS=none is for a mail server on this machine: take starttls or tls"
            )
        return self


def env_file() -> Path | None:
    """The one file of variables that every command reads, if there is one. Raises ImproperlyConfigured.

    It holds secrets, so nobody but its owner may change it, and nobody but its owner and group read it.
    """
    named = os.environ.get(ENV_FILE)
    path = USUAL_ENV_FILE if named is None else Path(named)
    try:
        mode = path.stat().st_mode
        with path.open("rb"):
            pass
    except FileNotFoundError:
        if named:
            raise ImproperlyConfigured(f"{ENV_FILE} names a file that is not there: {path}") from None
        return None
    except OSError as error:
        if named == "":
            return None
        raise ImproperlyConfigured(f"{path} cannot be read ({error.strerror}): chmod 640 {path}") from None
    if mode & (stat.S_IRWXO | stat.S_IWGRP | stat.S_IXGRP):
        raise ImproperlyConfigured(f"others may read or change {path}, which holds secrets: chmod 640 {path}")
    return path


def faults(wrong: ValidationError) -> list[str]:
    """One line for each variable that cannot be meant: its name, what it has to be, an example. No value."""
    lines = []
    for error in wrong.errors(include_url=False, include_input=False, include_context=False):
        if not error["loc"]:
            lines.append(error["msg"].removeprefix("Value error, "))
            continue
        name = str(error["loc"][0])
        field, variable = Environment.model_fields[name], f"TINCAY_{name.upper()}"
        lines.append(
            f"{variable} has to be {field.description}, e.g. {variable}={(field.examples or [''])[0]}"
        )
    return list(dict.fromkeys(lines))


def unknown_names(file: Path | None) -> list[str]:
    """One line for each TINCAY_… variable that nobody reads: it was meant to set something."""
    names = {f"TINCAY_{name.upper()}" for name in Environment.model_fields}
    given = {*os.environ, *(dotenv_values(file) if file else ())}
    lines = []
    for name in sorted(given):
        if name.startswith("TINCAY_") and name not in {*names, *DEVELOPERS, ENV_FILE}:
            nearest = difflib.get_close_matches(name, names, 1)
            meant = f"is {nearest[0]} meant?" if nearest else "see docs/operating.md"
            lines.append(f"{name} is no setting: {meant}")
    return lines


def read_environment() -> Environment:
    """The install's settings. Raises ImproperlyConfigured with one line for each fault, all of them at once."""
    file = env_file()
    unknown = unknown_names(file)
    try:
        # A class of settings takes its file where it is made.
        read = Environment(_env_file=file)  # type: ignore[call-arg]
    except ValidationError as wrong:
        raise ImproperlyConfigured("\n".join([*faults(wrong), *unknown])) from None
    if unknown:
        raise ImproperlyConfigured("\n".join(unknown))
    return read
