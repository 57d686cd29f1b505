"""The questions, once: the sealed form and the plain one ask the same, in the same order and words.

Labels come from the country's code lists; which codes stand together, and behind which heading, is here.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from django.utils.translation import get_language, gettext, pgettext

from tincay.core.priority import QUESTIONS
from tincay.directory.queries import provinces
from tincay.web.packs import codes, local_text, pack_toml

KINDS = {
    "help": "help_request",
    "tell": "incident_report",
    "warn": "warning",
    "ask": "information_question",
}
"""The four ways in, by the word in the address, and the report_kind of each."""

ASKED: dict[str, tuple[str, ...]] = {
    "help": ("need", "danger", "whose", "time_since", "harms", "place", "did", "words"),
    "tell": ("need", "danger", "harmed", "whose", "time_since", "harms", "place", "did", "words"),
    "warn": ("need", "danger", "harmed", "harms", "time_since", "place", "did", "words"),
    "ask": ("words", "place"),
}
"""The questions of each way in: the first two are enough to send, of a question its words."""

PRESELECTED = {("warn", "need"): ("warn_others", "megaphone")}
"""What a way in has said already, by way and question, with the drawing of its door. On that way it stands first:
nothing is chosen for her where she does not see it."""

CONSENTS = (
    "store_sealed",
    "count_statistics",
    "alert_members",
    "alert_public",
    "pattern_link",
    "share_service",
    "share_police_anon",
)

POLICE_OPTIONS = ("not_now", "no", "already_done", "formal_supported", "via_org", "anon_info")
"""Of the list without `talk_anon`: no install can name an officer who was trained for it. The last opens a choice."""

# Each group: its heading (a key of _HEADINGS), then codes with an icon or none.
Group = tuple[str, tuple[tuple[str, str], ...]]
NEEDS: tuple[Group, ...] = (
    ("", (("just_listen", "ear"), ("safety_now", "shield"), ("not_sure", "circle-question-mark"))),
    (
        "health",
        (
            ("medical", "stethoscope"),
            ("pep", "pill"),
            ("emergency_contraception", "pill"),
            ("mental_health", "brain"),
            ("injury_record", "file-check"),
            ("sti_hiv", "heart-handshake"),
            ("srh", "baby"),
            ("harm_reduction", "heart-handshake"),
        ),
    ),
    (
        "rights",
        (
            ("legal_info", ""),
            ("legal_aid", ""),
            ("fine_advice", ""),
            ("wages", ""),
            ("compensation", ""),
            ("debt_advice", ""),
            ("protection", ""),
            ("go_with_me", ""),
            ("documents", ""),
            ("report_authority", ""),
        ),
    ),
    (
        "living",
        (
            ("shelter", "house"),
            ("essentials", "utensils"),
            ("childcare", "baby"),
            ("travel_home", "car"),
            ("return_from_abroad", "plane"),
            ("find_family", "users"),
            ("schooling", "school"),
            ("vocational", "graduation-cap"),
            ("job", "briefcase"),
            ("grant_loan", "wallet"),
        ),
    ),
    (
        "more",
        (
            ("image_takedown", ""),
            ("digital_safety", ""),
            ("interpretation", ""),
            ("peer_support", ""),
            ("warn_others", ""),
            ("other", ""),
        ),
    ),
)
HARMS: tuple[Group, ...] = (
    (
        "money",
        (
            ("non_payment", ""),
            ("wage_theft", ""),
            ("bad_conditions", ""),
            ("deceived", ""),
            ("blackmail", ""),
            ("robbery", ""),
        ),
    ),
    (
        "freedom",
        (
            ("confinement", ""),
            ("debt_bondage", ""),
            ("forced_sexual_services", ""),
            ("forced_labour", ""),
            ("forced_marriage", ""),
            ("denial_resources", ""),
            ("child_taken", ""),
        ),
    ),
    (
        "officials",
        (
            ("off_violence", ""),
            ("off_sexual_extortion", ""),
            ("off_bribe", ""),
            ("off_detention", ""),
            ("off_condoms", ""),
            ("off_refused_report", ""),
            ("off_disclosure", ""),
            ("raid_harm", ""),
        ),
    ),
    ("despised", (("outing", ""), ("service_denied", ""), ("discrimination", ""))),
    (
        "body",
        (
            ("threat", ""),
            ("stalking", ""),
            ("psych_abuse", ""),
            ("physical_assault", ""),
            ("drugging", ""),
            ("missing", ""),
            ("self_harm_risk", ""),
            ("torture", ""),
            ("attempted_killing", ""),
            ("killing", ""),
        ),
    ),
    (
        "sexual",
        (
            ("condom_refusal", ""),
            ("sexual_harassment", ""),
            ("image_abuse", ""),
            ("sexual_assault", ""),
            ("coerced_acts", ""),
            ("rape", ""),
            ("child_sex_exploitation", ""),
        ),
    ),
    ("more", (("other", ""), ("ns", ""))),
)
TRAFFICKING = ("debt_bondage", "forced_sexual_services", "forced_labour", "forced_marriage", "child_taken")
"""Harms under which the page says when the law may oblige somebody to tell."""
DOERS: tuple[Group, ...] = (
    ("", (("stranger", ""), ("partner", ""), ("ex_partner", ""), ("family", ""), ("online_contact", ""))),
    ("customers", (("client_new", ""), ("client_regular", ""), ("posed_client", ""))),
    (
        "work",
        (("venue_owner", ""), ("coworker", ""), ("broker", ""), ("recruiter", ""), ("transporter", "")),
    ),
    ("lenders", (("lender", ""), ("protection_racket", ""), ("landlord", ""))),
    ("officials", (("police", ""), ("other_official", ""), ("militia_guard", ""))),
    ("helping", (("health_staff", ""), ("teacher", ""), ("helper_staff", ""))),
    ("more", (("neighbour", ""), ("other", ""), ("unknown", ""), ("ns", ""))),
)
WHOSE = ("self", "peer", "family", "partner", "neighbour", "service_provider", "online_witness", "other",
         "not_said")  # fmt: skip
AGES = ("u14", "a14_15", "a16_17", "adult_ns", "ns")
LANGUAGES = ("vie", "hmn", "tyz", "nut", "blt", "mtq", "ium", "khm", "cjm", "rad", "jra", "x_sign_vn", "eng",
             "zho", "x_other")  # fmt: skip
ABROAD, ONLINE = "x_abroad", "x_online"


@dataclass(frozen=True)
class Option:
    """One answer."""

    value: str
    words: str
    icon: str = ""


@dataclass(frozen=True)
class Choices:
    """Answers that stand together; `title` is empty for those that are always in sight."""

    title: str
    options: tuple[Option, ...]


@dataclass(frozen=True)
class Question:
    """One question with coded answers. `name` is the answer's name in the sealed document."""

    name: str
    title: str
    hint: str
    groups: tuple[Choices, ...]
    several: bool = False

    @property
    def kind(self) -> str:
        return "checkbox" if self.several else "radio"

    @property
    def values(self) -> frozenset[str]:
        return frozenset(option.value for group in self.groups for option in group.options)


def questions(kind: str = "") -> dict[str, Question]:
    """Every question with coded answers, in the language of the page, as this way in asks it."""
    return _questions(get_language() or "vi", kind)


@lru_cache(maxsize=16)
def _questions(language: str, kind: str) -> dict[str, Question]:
    asked = (
        Question("need", gettext("Bạn muốn được giúp điều gì?"), gettext("Chọn một hay nhiều điều."),
                 _groups("need", NEEDS), several=True),
        Question("danger", gettext("Bạn có đang gặp nguy hiểm không?"), "",
                 _plain("immediate_danger", skip=True)),
        _harmed(language),
        Question("whose", gettext("Chuyện này xảy ra với ai?"), "", _plain("reporter_relationship", WHOSE)),
        Question("age_band", gettext("Người bị hại bao nhiêu tuổi?"),
                 gettext("Tính tuổi tròn, không tính tuổi mụ."),
                 _plain("age_band", AGES)),
        Question("time_since", gettext("Việc xảy ra khi nào?"), "", _plain("time_since")),
        Question("harms", gettext("Đã xảy ra chuyện gì?"),
                 gettext("Bạn chỉ mở nhóm mình cần, chọn gì cũng được. Vài nhóm ghi tên việc rất nặng."),
                 _groups("harm_type", HARMS), several=True),
        Question("channel", gettext("Việc có qua mạng hay điện thoại không?"), "",
                 _plain("online_channel")),
        Question("did", gettext("Ai đã làm việc đó?"), gettext("Bạn không cần biết tên."),
                 _groups("perpetrator_relation", DOERS)),
        Question("identifier_kind", gettext("Đó là số hay tên gì?"), "",
                 _plain("perpetrator_identifier_kind", skip=True)),
        Question("contact_preference", gettext("Bạn muốn nhận trả lời bằng cách nào?"), "",
                 _plain("contact_preference")),
        Question("accessibility", gettext("Bạn cần gì để dễ nói chuyện hơn?"), "",
                 _plain("accessibility_need"), several=True),
        Question("language", gettext("Bạn muốn nói tiếng gì?"), "", _plain("language", LANGUAGES)),
        Question("police_option", gettext("Còn về công an, bạn muốn thế nào?"),
                 gettext("Bạn đổi lại lúc nào cũng được, bằng mã của bạn."),
                 _plain("police_option", POLICE_OPTIONS)),
    )  # fmt: skip
    first = {name: option for (way, name), option in PRESELECTED.items() if way == kind}
    return {one.name: _beginning_with(one, *first[one.name]) if one.name in first else one for one in asked}


def _beginning_with(question: Question, value: str, icon: str) -> Question:
    """The same answers, this one before all others."""
    (brought,) = (one for group in question.groups for one in group.options if one.value == value)
    head, *others = (
        replace(group, options=tuple(one for one in group.options if one is not brought))
        for group in question.groups
    )
    head = replace(head, options=(replace(brought, icon=icon), *head.options))
    return replace(question, groups=(head, *others))


def _harmed(language: str) -> Question:
    """Was somebody harmed? The one answer that ends a report before it is sent (D7)."""
    texts = pack_toml("texts.toml")["harm_question"]
    options = tuple(Option(value, local_text(texts[value], language)) for value in ("yes", "unsure", "no"))
    title, hint = (local_text(texts[name], language) for name in ("title", "text"))
    return Question("harmed", title, hint, (Choices("", options),))


def _headings() -> dict[str, str]:
    return {
        "": "",
        "health": gettext("Sức khỏe"),
        "rights": gettext("Pháp luật, tiền và giấy tờ"),
        "living": gettext("Chỗ ở, việc làm, đi lại"),
        "more": gettext("Điều khác"),
        "body": gettext("Đánh đập, đe dọa, tính mạng"),
        "sexual": gettext("Tình dục và ảnh riêng tư"),
        "money": gettext("Tiền và việc làm"),
        "freedom": gettext("Bị ép, bị giữ"),
        "officials": gettext("Công an, cán bộ"),
        "customers": gettext("Khách"),
        "work": gettext("Ở chỗ làm, người đưa đi làm"),
        "lenders": gettext("Cho vay, bảo kê, chủ nhà"),
        "helping": gettext("Người ở nơi khám, học, hỗ trợ"),
        "despised": gettext("Bị coi thường, bị từ chối"),
    }


def _groups(list_name: str, groups: Sequence[Group]) -> tuple[Choices, ...]:
    headings = _headings()
    return tuple(
        Choices(headings[title], tuple(_option(list_name, code, icon) for code, icon in members))
        for title, members in groups
    )


def _plain(list_name: str, wanted: Sequence[str] = (), *, skip: bool = False) -> tuple[Choices, ...]:
    """All codes of a list, or those wanted that the country has; `skip` adds "Không muốn nói" with no code."""
    all_codes = [code.code for code in codes()[list_name]]
    chosen = [code for code in (wanted or all_codes) if code in all_codes]
    options = [_option(list_name, code) for code in chosen]
    if skip:
        options.append(Option("", pgettext("answer", "Không muốn nói")))
    return (Choices("", tuple(options)),)


def _option(list_name: str, code: str, icon: str = "") -> Option:
    in_her_words = _in_her_mouth().get((list_name, code))
    return Option(code, in_her_words or codes().get_code(list_name, code).label(get_language() or "vi"), icon)


def _in_her_mouth() -> dict[tuple[str, str], str]:
    """Answers that she gives about herself, where the list speaks about somebody."""
    who = {
        "self": gettext("Với tôi"),
        "peer": gettext("Với bạn bè, đồng nghiệp của tôi"),
        "family": gettext("Với người nhà của tôi"),
        "partner": gettext("Với vợ, chồng hoặc người yêu của tôi"),
        "neighbour": gettext("Với hàng xóm, người ở gần tôi"),
        "service_provider": gettext("Với người mà tôi giúp trong công việc"),
        "online_witness": gettext("Với người mà tôi thấy trên mạng"),
        "other": gettext("Với người khác"),
    }
    relations = {("reporter_relationship", code): words for code, words in who.items()}
    return relations | {("age_band", "adult_ns"): gettext("Từ 18 tuổi trở lên")}


def own_places() -> list[Option]:
    """The provinces of the directory."""
    language = get_language() or "vi"
    return [Option(province.code, province.name(language)) for province in provinces()]


def places() -> list[Option]:
    """Where it happened: a province, abroad, online."""
    return [*own_places(), Option(ABROAD, gettext("Ở nước ngoài")), Option(ONLINE, gettext("Trên mạng"))]


def asked(kind: str) -> tuple[str, ...]:
    """The steps of a way in, with those that all have; the last one shows what will go."""
    police = () if KINDS[kind] in QUESTIONS else ("police",)
    return (*ASKED[kind], "keep", "contact", *police, "consents", "review")
