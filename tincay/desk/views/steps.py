"""One view for each thing a helper does. Each does its one thing, says so, and leads back to where she was."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from django.contrib.messages import error, success
from django.forms import Form
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from tincay.core.codes import UnknownCode
from tincay.core.priority import CannotLower
from tincay.core.stages import WrongStage
from tincay.desk import forms
from tincay.desk.opened import report_opened
from tincay.people.permissions import needs, staff
from tincay.people.rights import May
from tincay.reports import deadlines, messages, steps
from tincay.reports.application import NoRoom
from tincay.reports.envelope import ReplyIn
from tincay.reports.models import Message, Report
from tincay.reports.permissions import report_or_404
from tincay.web.json_views import body_of, for_script, refusal
from tincay.web.strict_json import read
from tincay.web.time import now

WHY_NOT = {
    "out_of_order": gettext_lazy("Bước này chưa đến lượt, hoặc người khác vừa làm. Bạn xem lại trang nhé."),
    "no_answer": gettext_lazy(
        "Chưa ghi “đã xử lý” được: người báo chưa nhận câu trả lời. Bạn trả lời trước nhé."
    ),
    "no_result": gettext_lazy("Bạn chọn kết quả với người báo nhé."),
    "no_reason": gettext_lazy("Bạn chọn lý do nhé."),
    "one_person": gettext_lazy("Cần một người khác, có quyền phụ trách, cùng đồng ý."),
    "too_few_tries": gettext_lazy(
        "Chưa đủ ba lần thử liên hệ an toàn, vào ba ngày khác nhau, trong 30 ngày."
    ),
    "no_message": gettext_lazy("Bạn viết cho người báo một lời nhắn trước. Chưa có lời nào chờ sau mã."),
    "too_early": gettext_lazy("Chưa đủ 30 ngày không có lời nhắn mới sau khi xử lý."),
    "too_late": gettext_lazy("Đã quá thời hạn cho bước này."),
}
CANNOT_PAUSE = gettext_lazy("Không tạm dừng được: tin khẩn, hoặc không còn thời hạn nào có thể dừng.")


def _take(
    request: HttpRequest, report_id: UUID, act: Callable[[Report, datetime], object], done_words: str
) -> HttpResponse:
    """Do it, or say kindly why not; then back to the report."""
    report = report_or_404(staff(request), May.MOVE_REPORT, report_id)
    try:
        act(report, now())
    except WrongStage as wrong:
        error(request, str(WHY_NOT.get(wrong.code, WHY_NOT["out_of_order"])))
    except deadlines.CannotPause:
        error(request, str(CANNOT_PAUSE))
    except (UnknownCode, CannotLower):
        error(request, _("Bạn chọn lại nhé."))
    else:
        success(request, done_words)
    return redirect("report", report_id)


def _chosen(form: Form, name: str) -> str:
    """What was chosen; "" when nothing or something unknown was, which the action refuses."""
    return str(form.cleaned_data[name]) if form.is_valid() else ""


@require_POST
@needs(May.MOVE_REPORT)
@report_opened
def verify(request: HttpRequest, report_id: UUID) -> HttpResponse:
    result = _chosen(forms.VerifyForm(request.POST), "result")
    return _take(
        request,
        report_id,
        lambda report, at: steps.verify(report=report, result=result, now=at),
        _("Đã kiểm tra. Người báo thấy bước này."),
    )


@require_POST
@needs(May.MOVE_REPORT)
@report_opened
def classify(request: HttpRequest, report_id: UUID) -> HttpResponse:
    form = forms.ClassifyForm(request.POST)
    chosen, count = _chosen(form, "classification"), form.cleaned_data.get("count")
    return _take(
        request,
        report_id,
        lambda report, at: steps.classify(report=report, classification=chosen, count=count, now=at),
        _("Đã phân loại. Người báo thấy bước này."),
    )


@require_POST
@needs(May.MOVE_REPORT)
@report_opened
def begin(request: HttpRequest, report_id: UUID) -> HttpResponse:
    return _take(
        request,
        report_id,
        lambda report, at: steps.begin(report=report, now=at),
        _("Đã bắt đầu. Người báo thấy “đang xử lý”."),
    )


@require_POST
@needs(May.MOVE_REPORT)
@report_opened
def handle(request: HttpRequest, report_id: UUID) -> HttpResponse:
    result = _chosen(forms.HandleForm(request.POST), "result")
    return _take(
        request,
        report_id,
        lambda report, at: _handle(report, result, at),
        _("Đã xử lý. Tin tự đóng sau 30 ngày không có lời nhắn mới."),
    )


def _handle(report: Report, result: str, at: datetime) -> None:
    if not result:
        raise WrongStage("no_answer" if report.stage != "answered" else "no_result")
    steps.handle(report=report, result=result, now=at)


@require_POST
@needs(May.MOVE_REPORT)
@report_opened
def try_to_reach(request: HttpRequest, report_id: UUID) -> HttpResponse:
    author = staff(request)
    return _take(
        request,
        report_id,
        lambda report, at: steps.try_to_reach(report=report, author=author, now=at),
        _("Đã ghi: hôm nay đã thử bằng cách khác."),
    )


@require_POST
@needs(May.MOVE_REPORT)
@report_opened
def lose_contact(request: HttpRequest, report_id: UUID) -> HttpResponse:
    author = staff(request)
    return _take(
        request,
        report_id,
        lambda report, at: steps.lose_contact(report=report, author=author, now=at),
        _("Đã ghi mất liên lạc. Người phụ trách được báo để xem lại."),
    )


@require_POST
@needs(May.MOVE_REPORT)
@report_opened
def propose_closing(request: HttpRequest, report_id: UUID) -> HttpResponse:
    author, reason = staff(request), _chosen(forms.ProposeForm(request.POST), "reason")
    return _take(
        request,
        report_id,
        lambda report, at: steps.propose_closing(report=report, reason=reason, author=author),
        _("Đã đề nghị. Người thứ hai cần xem và đồng ý."),
    )


@require_POST
@needs(May.SECOND_PERSON)
@report_opened
def agree_to_closing(request: HttpRequest, report_id: UUID) -> HttpResponse:
    author = staff(request)
    return _take(
        request,
        report_id,
        lambda report, at: steps.agree_to_closing(report=report, author=author, now=at),
        _("Đã đóng. Người báo thấy lời nhắn lịch sự khi quay lại."),
    )


@require_POST
@needs(May.MOVE_REPORT)
@report_opened
def close(request: HttpRequest, report_id: UUID) -> HttpResponse:
    she_asked = request.POST.get("she_asked") == "yes"
    return _take(
        request,
        report_id,
        lambda report, at: steps.close_handled(report=report, she_asked=she_asked, now=at),
        _("Đã đóng."),
    )


@require_POST
@needs(May.MOVE_REPORT)
@report_opened
def raise_priority(request: HttpRequest, report_id: UUID) -> HttpResponse:
    return _take(
        request,
        report_id,
        lambda report, at: deadlines.raise_priority(
            report=report,
            priority=_chosen(forms.RaiseForm(request.POST, above=report.priority), "priority"),
            now=at,
        ),
        _("Đã nâng mức khẩn. Thời hạn mới chạy từ bây giờ."),
    )


@require_POST
@needs(May.MOVE_REPORT)
@report_opened
def hold(request: HttpRequest, report_id: UUID) -> HttpResponse:
    reason = _chosen(forms.PauseForm(request.POST), "reason")
    return _take(
        request,
        report_id,
        lambda report, at: deadlines.pause(report=report, reason=reason, now=at),
        _("Đã tạm dừng thời hạn."),
    )


@require_POST
@needs(May.MOVE_REPORT)
@report_opened
def resume(request: HttpRequest, report_id: UUID) -> HttpResponse:
    return _take(
        request,
        report_id,
        lambda report, at: deadlines.resume(report=report, now=at),
        _("Thời hạn chạy tiếp."),
    )


# --- what is written to her: the browser seals it and posts it (docs/formats/seal.md)


def _write(
    request: HttpRequest, report_id: UUID, act: Callable[..., Message], done_words: str
) -> HttpResponse:
    author = staff(request)
    report = report_or_404(author, May.MOVE_REPORT, report_id)
    message = read(ReplyIn, body_of(request))
    sent_before = report.messages.filter(key=message.key).exists()
    try:
        if not sent_before:
            act(
                report=report,
                key=message.key,
                sealed=message.sealed,
                thread=message.thread,
                author=author,
                now=now(),
            )
            success(request, done_words)
    except NoRoom:
        return refusal("no_room")
    except (WrongStage, deadlines.CannotPause):
        return JsonResponse({"error": "out_of_order"}, status=409)  # what was typed stays in the page
    return JsonResponse({"next": reverse("report", args=[report_id])}, status=200 if sent_before else 201)


@require_POST
@needs(May.MOVE_REPORT)
@report_opened
@for_script
def ask(request: HttpRequest, report_id: UUID) -> HttpResponse:
    return _write(
        request, report_id, messages.ask, _("Đã gửi câu hỏi. Thời hạn tạm dừng đến khi có trả lời.")
    )


@require_POST
@needs(May.MOVE_REPORT)
@report_opened
@for_script
def write(request: HttpRequest, report_id: UUID) -> HttpResponse:
    return _write(request, report_id, messages.write_message, _("Đã gửi lời nhắn."))


@require_POST
@needs(May.MOVE_REPORT)
@report_opened
@for_script
def answer(request: HttpRequest, report_id: UUID) -> HttpResponse:
    return _write(request, report_id, steps.answer, _("Đã trả lời. Người báo đọc được ngay."))
