"""Sample pages: every component, in the words and lengths that real pages have. Nobody in them exists."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.contrib.staticfiles import finders
from django.template import Context, engines
from django.test import RequestFactory
from django.utils.translation import override
from playwright.sync_api import Page, Route

from tincay.people.permissions import MenuItem
from tincay.web.forms import Cards
from tincay.web.packs import things

FOLDER = Path(__file__).resolve().parent
PHONE = ("first", "asking", "saying")
DESK = ("today", "report")
NOW = datetime(2026, 6, 30, 9, 0, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))


class Asking(forms.Form):
    need = forms.MultipleChoiceField(
        label="Bạn muốn được giúp điều gì?",
        help_text="Chọn một hoặc nhiều. Đây là câu duy nhất cần trả lời.",
        choices=[
            ("medical", "Khám, chữa bệnh, chữa vết thương"),
            ("pep", "Thuốc phòng HIV khẩn cấp – PEP (trong 72 giờ)"),
            ("legal_aid", "Luật sư, trợ giúp pháp lý miễn phí"),
            ("just_listen", "Tôi chỉ muốn có người lắng nghe"),
            ("ns", "Không muốn nói"),
        ],
        widget=forms.CheckboxSelectMultiple(),
    )
    danger = forms.ChoiceField(
        label="Bây giờ có nguy hiểm không?",
        required=False,
        choices=[
            ("now", "Tôi (hoặc người đó) đang gặp nguy hiểm"),
            ("no", "Không"),
            ("ns", "Không muốn nói"),
        ],
        widget=Cards(icons={"now": "phone", "no": "coffee"}, hints={"now": "Gọi 113 hoặc 115 ngay"}),
    )
    words = forms.CharField(
        label="Bạn kể lại bằng lời của mình",
        help_text="Đừng viết tên thật của bạn. Có thể bỏ trống.",
        required=False,
        widget=forms.Textarea(attrs={"sealed": True}),
    )
    code = forms.CharField(label="Mã của bạn", widget=forms.TextInput(attrs={"class": "code-input short"}))
    province = forms.ChoiceField(
        label="Tỉnh, thành phố", choices=[("", "Không muốn nói"), ("1", "Sơn Thượng (mẫu)")], required=False
    )
    count = forms.BooleanField(
        label="Đưa các câu trả lời chọn sẵn của tôi vào thống kê chung",
        help_text="Không có lời kể. Ví dụ: “12 người bị giữ lương”.",
        required=False,
    )


class Helper:
    is_authenticated = True


def step(label: str, state: str, note: str = "") -> SimpleNamespace:
    return SimpleNamespace(label=label, state=state, note=note)


def work(
    name: str, priority: str, words: str, stage: str, due: timedelta, days: int | None, next_step: str
) -> Any:
    urgency = {"priority": priority, "priority_words": words, "due": NOW + due, "working_days": days}
    return SimpleNamespace(name=name, address="/r", stage=stage, next_step=next_step, **urgency)


def context() -> dict[str, Any]:
    request = RequestFactory().get("/desk/")
    request.user = Helper()  # type: ignore[assignment]
    wrong = Asking({"danger": "no"})
    return {
        "request": request,
        "install": SimpleNamespace(is_demo=True),
        "install_name": "Thông tin cộng đồng",
        "home_address": "/",
        "other_language": {"code": "en", "name": "English", "address": "/en/"},
        "exit_address": "https://vi.wikipedia.org/",
        "menu": [MenuItem("Hôm nay", "front", "calendar", ""), MenuItem("Quá hạn", "front", "clock", "")],
        "worker_title": "Người hỗ trợ số 3",
        "form": wrong,
        "form_ok": Asking(),
        "now": NOW,
        "soon": NOW + timedelta(hours=5),
        "late": NOW - timedelta(hours=3),
        "far": NOW + timedelta(days=4),
        "digits": "123456789012345678901234",
        "things": things()[:12],
        "steps": [
            step("Đã nhận", "done", "thứ Sáu 26/06/2026"),
            step("Đã có người đọc", "done", "thứ Bảy 27/06/2026"),
            step("Kiểm tra thông tin", "late", "quá hạn 3 giờ"),
            step("Phân loại", "now", "đến hết thứ Tư 01/07/2026"),
            step("Trả lời bạn", "later", "đến hết thứ Sáu 10/07/2026"),
        ],
        "queue": [
            work("Sóng 47", "p0", "Nguy hiểm ngay", "Đã nhận", timedelta(minutes=-25), None, "Mở và đọc"),
            work(
                "Lúa 12",
                "p1",
                "Khẩn (y tế)",
                "Đã có người đọc",
                timedelta(hours=5),
                None,
                "Kiểm tra thông tin",
            ),
            work("Trầu 08", "p2", "Thông thường", "Đang xử lý", timedelta(days=4), 2, "Trả lời người báo"),
            work("Mưa 31", "p3", "Hỏi thông tin", "Đã nhận", timedelta(days=6), 4, "Mở và đọc"),
        ],
    }


def render(name: str, language: str = "vi", extra: Mapping[str, Any] | None = None) -> str:
    with override(language):
        template = engines["django"].from_string((FOLDER / f"{name}.html").read_text(encoding="utf-8"))
        return str(template.template.render(Context(context() | dict(extra or {}))))  # type: ignore[attr-defined]


def show(
    page: Page, name: str, language: str = "vi", policy: str = "", extra: Mapping[str, Any] | None = None
) -> list[str]:
    """Put a sample before a browser without any server. Returns the list of addresses that it asks for."""
    html = render(name, language, extra)
    asked: list[str] = []

    def answer(route: Route) -> None:
        path = route.request.url.removeprefix("http://look.test")
        asked.append(path)
        if path.startswith("/static/"):
            found = finders.find(path.removeprefix("/static/"))
            route.fulfill(path=str(found)) if found else route.fulfill(status=404)
        else:
            headers = {"Content-Security-Policy": policy} if policy else {}
            route.fulfill(body=html, content_type="text/html; charset=utf-8", headers=headers)

    page.route("**/*", answer)
    page.goto("http://look.test/")
    return asked
