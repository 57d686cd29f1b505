"""The invented organisations: one team for tests about keys and people, and the whole network for all others."""

from dataclasses import dataclass, field
from datetime import datetime

from django.test import override_settings

from tests.cast.ground import NOW
from tests.cast.workers import Helper, Worker, hire, hire_helper, staff_desk
from tincay.core.clock import local_day
from tincay.directory import signing as directory
from tincay.directory.actions import add_province, add_service, check_number, seed_calendar, set_fallback
from tincay.directory.models import CalendarVersion
from tincay.directory.numbers import every_number
from tincay.directory.routing import statement_path
from tincay.people.actions import add_desk, add_organisation
from tincay.people.models import Desk, Organisation
from tincay.web.packs import pack_rows

INSTALL_SEED = bytes(range(32))
"""The install's own key, which in life is not on the server."""

# --- parts


def new_organisation(
    code: str, kind: str = "ngo", *scope: str, vi: str = "Nhóm khác", en: str = "Another group"
) -> Organisation:
    names = {"name_vi": f"{vi} (mẫu)", "name_en": f"{en} (invented)"}
    return add_organisation(code=code, kind=kind, scope=list(scope), **names)


def new_desk(
    organisation: Organisation,
    code: str,
    purpose: str = "triage",
    *,
    vi: str = "Bàn khác",
    en: str = "Another desk",
    post: tuple[str, str] = ("", ""),
) -> Desk:
    """A desk without a key; `staff_desk` gives it one."""
    return add_desk(
        organisation=organisation,
        code=code,
        name_vi=f"{vi} (mẫu)",
        name_en=f"{en} (invented)",
        purpose=purpose,
        post_vi=post[0],
        post_en=post[1],
    )


def new_province(code: str, name: str, desk: Desk | None = None) -> None:
    vi, en = f"{name} (giả định)", f"{name} (invented)"
    add_province(code=code, name_vi=vi, name_en=en, list_version="test", desk=desk)


def sign_routing() -> None:
    """The operator signs what the rows say now: from here on reports are received, and go there."""
    statement_path().unlink(missing_ok=True)
    directory.sign_routing(INSTALL_SEED, serial=1)


def add_calendar(*, now: datetime = NOW) -> CalendarVersion:
    return seed_calendar(rows=pack_rows("calendar.csv"), now=now)


# --- a team


@dataclass
class Team:
    """Cây Me with its intake desk. Two hold the desk's key; the colleague works beside them and has no seat."""

    organisation: Organisation
    desk: Desk
    helper: Helper
    colleague: Helper
    supervisor: Helper


def build_team(*, now: datetime = NOW) -> Team:
    cay_me = new_organisation("cay-me", "ngo", "intake", "case_mgmt", vi="Cây Me", en="Cây Me")
    desk = new_desk(
        cay_me,
        "cay-me-tiep-nhan",
        vi="Bàn tiếp nhận Cây Me",
        en="Cây Me intake desk",
        post=("Trưởng ca tiếp nhận", "Head of the intake shift"),
    )
    team = Team(
        cay_me,
        desk,
        helper=hire_helper(cay_me, "thu.cayme", title="Người hỗ trợ"),
        colleague=hire_helper(cay_me, "minh.cayme", title="Người hỗ trợ"),
        supervisor=hire_helper(cay_me, "hoa.cayme", "supervisor", title="Người phụ trách"),
    )
    staff_desk(desk, team.helper, team.supervisor, now=now)
    return team


# --- the network


@dataclass
class Network:
    """The organisation Cây Me with its two desks, another one, the police, oversight; all invented."""

    organisation: Organisation
    triage: Desk
    case: Desk
    other: Organisation
    other_desk: Desk
    oversight: Organisation
    oversight_desk: Desk
    police: Organisation
    helper: Helper
    colleague: Helper
    supervisor: Helper
    head: Worker
    steward: Worker
    stranger: Helper
    overseer: Worker
    liaison: Worker
    workers: list[Worker] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.workers = [worker for worker in vars(self).values() if isinstance(worker, Worker)]


def build_network(*, now: datetime = NOW) -> Network:
    """All organisations, desks, people, provinces and the calendar, each through its action."""
    add_calendar(now=now)
    team = build_team(now=now)
    ben_song = new_organisation("ben-song", "ngo", "intake", vi="Bến Sông", en="Bến Sông")
    watch = new_organisation(
        "giam-sat",
        "inspectorate",
        "oversight",
        "coordinating_body",
        vi="Ban điều phối",
        en="Coordinating board",
    )
    police = new_organisation(
        "cong-an-mau", "police_commune", "law_enforcement", vi="Công an xã", en="Commune police"
    )
    network = Network(
        organisation=team.organisation,
        triage=team.desk,
        case=new_desk(
            team.organisation, "cay-me-ho-tro", "case", vi="Bàn hỗ trợ Cây Me", en="Cây Me case desk"
        ),
        other=ben_song,
        other_desk=new_desk(
            ben_song, "ben-song-tiep-nhan", vi="Bàn tiếp nhận Bến Sông", en="Bến Sông intake desk"
        ),
        oversight=watch,
        oversight_desk=new_desk(watch, "giam-sat-ban", "oversight", vi="Bàn giám sát", en="Oversight desk"),
        police=police,
        helper=team.helper,
        colleague=team.colleague,
        supervisor=team.supervisor,
        head=hire(team.organisation, "binh.cayme", "unit_head", with_key=False),
        steward=hire(team.organisation, "quang.cayme", "steward", with_key=False),
        stranger=hire_helper(ben_song, "son.bensong"),
        overseer=hire(watch, "ha.giamsat", "oversight"),
        liaison=hire(police, "dung.congan", "police_liaison", with_key=False),
    )
    staff_desk(network.case, network.helper, network.supervisor, now=now)
    staff_desk(network.other_desk, network.stranger, now=now)
    staff_desk(network.oversight_desk, network.overseer, now=now)
    _places(network)
    call_every_number(network.steward)
    return network


def call_every_number(steward: Worker) -> None:
    """The steward has called all numbers of the pack, and they are right: pages show them.

    Of the pack, not of a demo: the rows are kept for later tests, whatever the first one is.
    """
    with override_settings(TINCAY_DEMO=False):
        for number in every_number().values():
            check_number(
                number=number.code, digest=number.digest, right=True, by=steward.user, today=local_day(NOW)
            )


def _places(network: Network) -> None:
    new_province("M01", "Sông Mây", network.triage)
    new_province("M02", "Bến Sông", network.other_desk)
    new_province("M03", "Sơn Thượng")
    set_fallback(triage=network.triage, case=network.case, oversight=network.oversight_desk)
    add_service(
        code="tram-y-te-mau",
        province=None,
        name_vi="Trạm y tế (mẫu)",
        name_en="Health post (invented)",
        kinds=["health"],
        phone="1900 0000",
        urgent=True,
    )
