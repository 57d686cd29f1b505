"""The steward signs off numbers with a tired hand: one press is one number."""

from collections.abc import Callable

import pytest
from django.conf import settings
from django.urls import reverse
from playwright.sync_api import expect

from tests.browser.helper_at_desk import AtDesk
from tests.cast import Network, sign_in
from tincay.directory.models import NumberCheck

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
UNDER = "([x, y]) => !!document.elementFromPoint(x, y)?.closest('button,a,input')"


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize(("at", "said"), [(0, "yes"), (0, "no"), (3, "yes")])
def test_where_the_steward_pressed_no_other_button_comes_to_lie(
    sits_down: Callable[..., AtDesk], network: Network, width: int, at: int, said: str
) -> None:
    """The second press of a trembling hand finds nothing to sign: not another number, nor the other answer."""
    NumberCheck.objects.all().delete()
    desk = sits_down("vi", width)
    page, root = desk.page, desk.root
    name = settings.SESSION_COOKIE_NAME
    page.context.add_cookies(
        [{"name": name, "value": sign_in(network.steward).cookies[name].value, "url": root}]
    )
    page.goto(root + reverse("numbers"))
    button = page.locator(f"button[name=right][value={said}]").nth(at)
    button.scroll_into_view_if_needed()
    box = button.bounding_box()
    assert box
    place = [box["x"] + 20, box["y"] + box["height"] / 2]
    assert page.evaluate(UNDER, place)
    page.mouse.click(*place)
    expect(page.get_by_text("Đã ghi.")).to_be_visible()
    assert not page.evaluate(UNDER, place)
    assert [one.right for one in NumberCheck.objects.all()] == [said == "yes"]
