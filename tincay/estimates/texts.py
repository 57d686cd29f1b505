"""The words of estimates: what each code of the core says, and how numbers of people are written. No bare number."""

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tincay.estimates.publishing import round_down, round_up
from tincay.web.numbers import decimal_words, whole_words
from tincay.web.packs import language

LazyText = str | Promise

REASONS: Mapping[str, LazyText] = {
    "bad_table": _("Chưa đọc được bảng này."),
    "no_cases": _("Bảng chưa có người nào."),
    "too_few_lists": _("Cần ít nhất %(needed)s danh sách có người. Bảng này có %(lists)s."),
    "too_many_lists": _("Cách này dùng nhiều nhất %(limit)s danh sách. Bảng này có %(lists)s."),
    "no_overlap": _(
        "Không ai có mặt trên hai danh sách. Vì vậy danh sách không nói gì về người chưa ai gặp."
    ),
    "full_list": _(
        "Danh sách %(list)s có tất cả mọi người. Vì vậy không biết được các danh sách bỏ sót bao nhiêu."
    ),
    "no_maximum": _("Với các số này, mô hình không dừng lại ở con số nào. Kết quả sẽ lớn vô hạn."),
    "not_identifiable": _("Nhiều đáp số khác nhau khớp như nhau. Không chọn được số nào."),
    "no_model": _("Không mô hình nào khớp được với bảng này."),
    "not_converged": _(
        "Các lần chạy chưa thống nhất với nhau (R-hat %(rhat)s, giới hạn %(limit)s). Con số sẽ do may rủi."
    ),
    "wrong_lists": _(
        "Cách này cần đúng %(needed)s danh sách, mỗi danh sách có người khác nhau. Bảng này có %(lists)s."
    ),
    "too_thin": _("Mới có %(repeats)s người được gặp từ hai lần trở lên. Quá ít cho mọi mô hình."),
    "seen_once": _("%(single)s chỉ được gặp một lần. Quá nhiều cho mọi mô hình."),
    "bad_input": _("Chưa dùng được các số này."),
}
"""Why there is no estimate, by the core's codes."""

CAUTIONS: Mapping[str, LazyText] = {
    "lower_bound": _("Bạn đọc là “ít nhất”. Cách tính này thường ra thấp hơn là cao hơn."),
    "limit_suppressed": _("Số lần lặp chưa đủ cho %(side)s, nên không được nêu."),
    "no_upper_limit": _("Một số bảng lặp lại không có đáp số. Vì vậy không có cận trên."),
    "no_interval": _("Không tính được khoảng tin cậy."),
    "few_replicates": _("Mới lặp %(replicates)s lần. Đủ để xem, chưa đủ để công bố (20.000 lần)."),
    "empty_list_dropped": _("Danh sách %(list)s không có ai và đã được bỏ ra."),
    "same_list_dropped": _(
        "Danh sách %(list)s và %(same)s có cùng những người. Một danh sách đã được bỏ ra."
    ),
    "replicates_without_estimate": _("%(share)s số bảng lặp lại không có đáp số."),
    "near_ties": _("Những mô hình khớp gần như nhau cho từ %(lowest)s đến %(highest)s."),
    "grid_end": _("%(share)s xác suất nằm ở cuối khoảng đã tìm."),
    "complete_graph": _("Đồ thị giải thích được mọi thứ đã được tính vào. Nó có thể lấn át tất cả."),
    "near_cap": _("%(share)s số lần rút nằm sát mức trần %(cap)s đã đặt."),
    "two_modes": _("Các lần rút tụ quanh hai đáp số: khoảng %(low)s và khoảng %(high)s."),
    "few_independent_draws": _("Chỉ có khoảng %(draws)s lần rút độc lập."),
    "borderline": _("Chưa rõ có nên giữ những tương tác này không: %(interactions)s."),
    "one_seed": _("Mọi người được mời đều từ một người đầu tiên."),
    "survey_dependent": _("Khảo sát và dịch vụ đến cùng một nhóm người. Đáp số có thể lệch xa."),
    "duplicate_clients": _("Sổ có thể ghi một người hai lần. Đáp số sẽ quá cao."),
    "two_lists": _("Hai danh sách không cho biết gặp một lần có làm dễ gặp lần nữa hay không."),
    "unlisted_linkage": _("Không rõ bỏ sót bao nhiêu người trùng. Bỏ sót làm đáp số cao lên."),
    "known_group_off": _("Với nhóm đã biết %(group)s, cùng câu trả lời ấy cho %(ratio)s lần số thật."),
    "too_thin": _("Chỉ %(repeats)s người được gặp hai lần; %(single)s chỉ gặp một lần. Bạn xem cận dưới."),
    "few_linkages": _("Mới ghép thử %(linkages)s lần. Chưa rõ các lần ghép khác nhau bao nhiêu."),
}
"""Cautions beside an estimate, by the core's codes."""

METHODS: Mapping[str, LazyText] = {
    "stepwise": _("Chọn từng bước"),
    "bic": _("Chọn theo BIC"),
    "decomposable": _("Trung bình đồ thị"),
    "latent": _("Nhóm ẩn"),
    "threshold": _("Bỏ tương tác yếu"),
    "chao": _("Cận dưới Chao"),
    "chapman": _("Hai danh sách"),
    "independence": _("Danh sách độc lập"),
}

LINKAGES: Mapping[str, LazyText] = {
    "exact": _("Cùng một mã ở mọi danh sách"),
    "tokens": _("Ghép bằng mã băm làm từ nhiều chi tiết"),
    "by_hand": _("Người ghép tay, có xem lại"),
    "not_stated": _("Chưa rõ"),
}

NOT_PUBLISHED: Mapping[str, LazyText] = {
    "not_done": _("Lần chạy chưa xong."),
    "gate": _("Bảng quá mỏng cho một ước lượng. Chỉ công bố được khi qua cổng kiểm tra."),
    "no_range": _("Không cách nào cho được một khoảng."),
    "few_replicates": _("Số lần lặp chưa đủ để công bố. Bạn chạy lại ở mức “để công bố” nhé."),
    "too_small": _("Số người quá nhỏ để công bố."),
    "already": _("Bảng này đã có một đáp số được công bố. Mỗi bảng chỉ công bố một lần."),
}

SIDES: Mapping[str, LazyText] = {"lower": _("cận dưới"), "upper": _("cận trên")}
SHARES = {"share", "single"}
NUMBERS = {"lowest", "highest", "cap", "low", "high", "draws", "replicates"}


def people(value: float | None) -> str:
    """A whole number with the reader's separators; a dash for a missing one."""
    return "–" if value is None else whole_words(value)


def percent(share: float) -> str:
    return f"{decimal_words(100 * share, 1)} %" if language() != "en" else f"{100 * share:.1f}%"


def filled(words: LazyText, values: Mapping[str, Any]) -> str:
    return str(words) % {name: _value(name, value) for name, value in values.items()}


def _value(name: str, value: Any) -> str:
    if name in SHARES:
        return percent(value)
    if name in NUMBERS:
        return people(value)
    if name == "side":
        return str(SIDES[value])
    return decimal_words(value) if isinstance(value, float) else str(value)


def reason_words(refusal: Mapping[str, Any]) -> str:
    """Why there is no estimate, from a refusal as the core writes it into JSON."""
    return filled(REASONS[refusal["reason"]], refusal["values"])


def caution_words(caution: Mapping[str, Any]) -> str:
    return filled(CAUTIONS[caution["code"]], caution["values"])


def drawn_words(drawn: Mapping[str, int]) -> str:
    """ "Chọn từng bước 20.000, Chọn theo BIC 20.000": how many tables each method drew."""
    return ", ".join(f"{METHODS[method]} {people(number)}" for method, number in drawn.items())


def at_least(value: float) -> str:
    """ "ít nhất 8.000": rounded down, so that it stays true."""
    return gettext("ít nhất %(people)s") % {"people": people(round_down(value))}


def range_words(lower: float | None, upper: float | None) -> str:
    """ "phù hợp với khoảng 10.000 đến 34.000"; without an upper end "ít nhất …, chưa biết đến đâu"."""
    if lower is None:
        return gettext("chưa nói được")
    if upper is None:
        return gettext("ít nhất %(low)s; không biết cận trên") % {"low": people(round_down(lower))}
    ends = {"low": people(round_down(lower)), "high": people(round_up(upper))}
    return gettext("phù hợp với khoảng từ %(low)s đến %(high)s") % ends
