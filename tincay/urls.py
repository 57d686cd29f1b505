"""Every address of the product."""

from django.conf.urls.i18n import i18n_patterns
from django.urls import include, path
from django.utils.translation import gettext_lazy as _

from tincay.estimates import urls as estimates
from tincay.people.permissions import MenuItem
from tincay.people.rights import May

urlpatterns = [
    *i18n_patterns(
        path("log/", include("tincay.log.urls")),
        path("guide/", include("tincay.directory.urls")),
        path("back/", include("tincay.visit.urls")),
        path("figures/", include(estimates.public)),
        path("desk/estimates/", include(estimates.desk)),
        path("desk/", include("tincay.desk.urls")),
        path("desk/", include("tincay.vault.urls")),
        path("desk/", include("tincay.operations.urls")),
        path("desk/in/", include("tincay.people.urls")),
        path("", include("tincay.intake.urls")),
        prefix_default_language=False,
    ),
]

STAFF_MENU = (
    MenuItem(_("Hôm nay"), "today", "calendar", May.SEE_QUEUE),
    MenuItem(_("Quá hạn"), "overdue", "clock", May.SEE_OVERDUE),
    MenuItem(_("Việc trễ báo lên"), "escalated", "arrow-up", May.SEE_ESCALATED),
    MenuItem(_("Lịch làm việc"), "calendar", "calendar", May.CHANGE_CALENDAR),
    MenuItem(_("Số khẩn cấp"), "numbers", "phone", May.CHECK_NUMBERS),
    MenuItem(_("Nhóm tiếp nhận"), "desks", "users", May.MANAGE_DESK),
    MenuItem(_("Ước lượng"), "runs", "file-text", May.RUN_ESTIMATES),
    MenuItem(_("Tình trạng hệ thống"), "health", "activity", May.SEE_HEALTH),
    MenuItem(_("Khóa của tôi"), "my_key", "key", May.HOLD_KEY),
)
"""The staff menu points up to every app, so it is written here."""

handler400 = "tincay.web.views.bad_request"
handler403 = "tincay.web.views.forbidden"
handler404 = "tincay.web.views.not_found"
handler500 = "tincay.web.views.broken"
