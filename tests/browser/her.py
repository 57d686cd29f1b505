"""What the reporter does in her browser: the journeys' steps, in both languages, with and without a script."""

from dataclasses import dataclass

from playwright.sync_api import Page, expect

from tests.browser.never import Watch

PLANTED = "ZYXQ-MƯA ở ngõ nhỏ sau chợ"
NAME = "Lá Chuối QZV"
CONTACT = "số giả 0900 111 QZV"
MESSAGE = "Tôi nhớ thêm: QZVM cái áo xanh"

SAID = {
    "vi": {
        "tell": "Kể lại việc đã xảy ra",
        "next": "Tiếp tục",
        "send": "Khóa kín và gửi",
        "back": "Xem lại",
        "open": "Xem tin của tôi",
        "reply": "Gửi",
        "retype": "Kiểm tra",
        "leave": "Thoát nhanh",
        "pep": "Thuốc phòng HIV khẩn cấp",
        "health": "Sức khỏe",
        "deleted": "Đã xóa",
    },
    "en": {
        "tell": "Tell what happened",
        "next": "Continue",
        "send": "Lock and send",
        "back": "Come back",
        "open": "See my report",
        "reply": "Send",
        "retype": "Check",
        "leave": "Leave quickly",
        "pep": "HIV prevention after exposure",
        "health": "Health",
        "deleted": "Deleted",
    },
}


@dataclass
class Her:
    """One person at one phone."""

    page: Page
    root: str
    language: str
    watch: Watch

    def words(self, name: str) -> str:
        return SAID[self.language][name]

    def go(self, path: str) -> None:
        self.page.goto(self.root + ("" if self.language == "vi" else "/en") + path)
        self.watch.look(self.page)

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=self.words(name), exact=True).click()
        self.watch.look(self.page)

    def choose(self, name: str, value: str) -> None:
        """A card, whichever of the two forms is in use; its group is opened first."""
        prefix = "" if self.page.locator("sealed-form").is_visible() else "plain-"
        card = self.page.locator(f"label[for='{prefix}{name}-{value}']")
        folded = self.page.locator("details:not([open])", has=card)
        while folded.count():
            folded.first.locator("summary").first.click()
        card.click()

    # With a script: one question at a time

    def step(self) -> str:
        return self.page.locator("[data-step]:visible").get_attribute("data-step") or ""

    def open_everything(self) -> None:
        """Lay every closed group of this step open."""
        self.page.locator("[data-step]:visible").evaluate(
            "step => step.querySelectorAll('details').forEach((one) => { one.open = true })"
        )

    def do(self, go: str) -> None:
        """One of the form's own buttons, by what it does: Next has a name of its own where one may send already."""
        self.page.locator(f"sealed-form [data-go={go}]:visible").click()
        self.watch.look(self.page)

    def walk_to(self, step: str) -> None:
        for _ in range(20):
            if self.step() == step:
                return
            self.do("next")
        raise AssertionError(f"no step {step}")

    def review(self) -> None:
        """Answer what has to be answered, and go on to what will be sent."""
        if self.step() == "need":
            self.choose("need", "just_listen")
        elif self.step() == "words":
            self.page.locator("#words").fill(PLANTED)
        if self.step() != "danger" and not self.page.locator("[data-go=early]:visible").count():
            self.walk_to("danger")
        self.do("early")
        expect(self.page.locator("[data-step=review]")).to_be_visible()

    def send(self) -> None:
        self.do("send")
        expect(self.page.locator("[data-step=receipt]")).to_be_visible()

    def tell(self) -> str:
        """The whole of J01 with a script; the code as she copies it."""
        self.go("/")
        self.page.get_by_role("link", name=self.words("tell")).click()
        self.walk_to("need")
        self.choose("need", "pep")
        self.walk_to("danger")
        self.choose("danger", "no")
        self.walk_to("harmed")
        self.choose("harmed", "yes")
        self.walk_to("time_since")
        self.choose("time_since", "h72")
        expect(self.page.locator("[data-card^=time_since]")).to_be_visible()
        self.walk_to("place")
        self.page.locator("#place").select_option("M01")
        self.walk_to("words")
        self.page.locator("#words").fill(PLANTED)
        for step in ("keep", "police", "consents"):
            assert self.page.locator(f"[data-step={step}] input:checked").count() == 0
        self.walk_to("keep")
        self.choose("keep", "yes")
        self.walk_to("contact")
        self.page.locator("[data-step=contact] summary").first.click()
        self.page.locator("#name").fill(NAME)
        self.page.locator("#contact").fill(CONTACT)
        self.walk_to("review")
        expect(self.page.locator("[data-team]:visible")).to_have_count(1)
        before = self.copied()
        self.send()
        assert self.copied() == before
        self.watch.look(self.page)
        return self.copied()

    def ask_something(self) -> str:
        """The shortest way to a receipt; the code."""
        self.go("/ask/")
        self.review()
        self.send()
        return self.copied()

    def copied(self) -> str:
        """The 24 digits that stand on the page."""
        groups = self.page.locator("[data-receipt-digits]:visible li")
        expect(groups).to_have_count(6)
        return "".join(groups.all_inner_texts())

    def come_back(self, code: str) -> None:
        self.go("/back/")
        field = (
            self.page.locator("#code")
            if self.page.locator("#code").is_visible()
            else self.page.locator("#plain-code")
        )
        field.fill(code)
        self.press("open")
        expect(self.page.locator("[data-whole-thread]")).to_be_visible()
        self.watch.look(self.page)

    def unfold(self) -> None:
        """Lay open the messages before the newest."""
        self.page.locator("main details:has(article)").evaluate_all(
            "all => all.forEach((one) => { one.open = true })"
        )

    def follow(self, way: str) -> None:
        """To another page behind the receipt, by its card; the document stays the same."""
        self.tap_card(way)
        self.page.wait_for_url(f"**/{way}/")
        expect(self.page.locator("main h1").first).to_be_visible()
        self.watch.look(self.page)

    def tap_card(self, way: str) -> None:
        """A card of the nav, which is folded on her first page."""
        card = self.page.locator(f"nav a.card[href$='/{way}/']")
        expect(card).to_be_attached()
        if not card.is_visible():
            self.page.locator("nav summary").click()
        card.click()

    def write(self, words: str) -> None:
        box = self.page.locator("#reply, #plain-words")
        box.fill(words)
        self.press("reply")
        expect(box).to_have_value("")

    def allow(self, scope: str) -> None:
        """Turn one consent to the other side, after its exact items were seen."""
        self.tap_card("allow")
        self.page.locator(f"a.card[href$='/{scope}/']").click()
        if scope == "share_police_anon":
            self.page.locator(f"a.card[href*='/{scope}/?to=']").first.click()
        expect(self.page.locator("main li:visible").first).to_be_visible()
        button = self.page.locator("consent-change button, form .button[name=given]")
        if not button.is_visible():
            self.page.locator("main details", has=button).locator("summary").click()
        button.click()
        expect(self.page.locator("[data-consent] [data-told]:visible")).to_be_focused()
        self.watch.look(self.page)
        self.page.locator("a.card[href$='/now/']").click()

    def delete(self) -> None:
        self.tap_card("delete")
        self.page.locator("form[action$='/delete/'] button").click()
        expect(self.page.get_by_role("heading", name=self.words("deleted"))).to_be_visible()
        self.watch.look(self.page)

    # Without: three plain pages

    def go_on(self, page: str) -> None:
        """Press the button of the plain form that leads to this page."""
        self.page.locator(f"form .button[name=go][value={page}]").first.click()
        self.watch.look(self.page)

    def open(self, step: str) -> None:
        """Lay open everything that is folded of one question of the plain form."""
        question = self.page.locator(f"#{step}")
        for folded in (
            self.page.locator("details:not([open])", has=question),
            question.locator("details:not([open])"),
        ):
            while folded.count():
                folded.first.locator("summary").first.click()

    def tell_plainly(self) -> str:
        self.go("/tell/")
        self.page.locator("noscript .button").click()
        self.page.wait_for_url("**/plain/", wait_until="domcontentloaded")
        self.choose("need", "pep")
        self.choose("danger", "no")
        self.go_on("story")
        self.choose("harmed", "yes")
        self.open("place")
        self.page.locator("#plain-place").select_option("M01")
        self.page.locator("#plain-words").fill(PLANTED)
        self.open("contact")
        self.page.locator("#plain-name").fill(NAME)
        self.page.locator("#plain-contact").fill(CONTACT)
        self.go_on("send")
        self.choose("keep", "yes")
        self.go_on("sent")
        return self.copied()
