"""Who plays in the tests: a network of organisations, people who work there, and somebody who reports.

Everything is built through the product's own actions and sealed for real, so that no test can stand on
something the product cannot make. Slow stretches (scrypt, PBKDF2) are done once a session.
"""

from tests.cast.ground import (
    NOW,
    PASSWORD,
    SALT,
    TODAY,
    WORDS,
    again,
    base64_text,
    code_number,
    new_message_key,
    open_texts,
    person_key,
    receipt_number,
    rows,
    step_in,
    stretched_passphrase,
    url64,
)
from tests.cast.hands import Hands
from tests.cast.network import (
    Network,
    Team,
    add_calendar,
    build_network,
    build_team,
    new_desk,
    new_organisation,
    new_province,
    sign_routing,
)
from tests.cast.reporter import Reporter
from tests.cast.workers import (
    Helper,
    Worker,
    give_key,
    give_second_factor,
    handed,
    hire,
    hire_helper,
    sign_in,
    sign_in_and_confirm,
    staff_desk,
)
from tests.people.telephone import TOTP_SEED

__all__ = [
    "NOW",
    "PASSWORD",
    "SALT",
    "TODAY",
    "TOTP_SEED",
    "WORDS",
    "Hands",
    "Helper",
    "Network",
    "Reporter",
    "Team",
    "Worker",
    "add_calendar",
    "again",
    "base64_text",
    "build_network",
    "build_team",
    "code_number",
    "give_key",
    "give_second_factor",
    "handed",
    "hire",
    "hire_helper",
    "new_desk",
    "new_message_key",
    "new_organisation",
    "new_province",
    "open_texts",
    "person_key",
    "receipt_number",
    "rows",
    "sign_in",
    "sign_in_and_confirm",
    "sign_routing",
    "staff_desk",
    "step_in",
    "stretched_passphrase",
    "url64",
]
