"""The words of her coded answers, for every page that shows what was sealed."""

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tincay.web.packs import codes, language

ANSWER_LISTS = {
    "need": ("need", _("Cần giúp")),
    "danger": ("immediate_danger", _("Nguy hiểm")),
    "whose": ("reporter_relationship", _("Người báo là")),
    "age_band": ("age_band", _("Tuổi")),
    "time_since": ("time_since", _("Khi nào")),
    "harms": ("harm_type", _("Chuyện gì")),
    "channel": ("online_channel", _("Qua mạng")),
    "did": ("perpetrator_relation", _("Ai làm")),
    "identifier_kind": ("perpetrator_identifier_kind", _("Biết gì về người đó")),
    "place": ("province", _("Nơi")),
    "police_option": ("police_option", _("Về công an")),
    "contact_preference": ("contact_preference", _("Liên hệ bằng")),
    "accessibility": ("accessibility_need", _("Cần để dễ nói")),
    "language": ("language", _("Ngôn ngữ")),
    "kind": ("report_kind", _("Loại tin")),
}
FIELDS = {
    "name": _("Tên gọi"),
    "contact": _("Cách liên hệ"),
    "hours": _("Giờ nào"),
}


def answer_labels() -> dict[str, dict[str, str]]:
    """Words for her coded answers, by the name of the question; "" is the question itself."""
    labels = {name: {"": str(words)} for name, words in FIELDS.items()}
    for name, (list_name, words) in ANSWER_LISTS.items():
        options = {code.code: code.label(language()) for code in codes()[list_name]}
        labels[name] = {"": str(words), **options}
    labels["whose"]["self"] = gettext("Người bị hại")
    return labels
