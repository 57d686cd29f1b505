"""What somebody who works here does in the browser: sign in, unlock, go from step to step."""

import re
from dataclasses import dataclass

from playwright.sync_api import Locator, Page, expect

from tests.browser.chromium import overflow, serious_findings
from tests.browser.never import Watch
from tests.cast import Worker
from tests.people.telephone import totp

SAID = {
    "vi": {
        "name": "Tên đăng nhập",
        "password": "Mật khẩu",
        "sign_in": "Đăng nhập",
        "code": "Mã sáu số trong ứng dụng",
        "enter": "Vào",
        "passphrase": "Nội dung đang khóa. Cụm từ của bạn:",
        "unlock": "Mở khóa",
        "wrong": "Cụm từ chưa khớp",
        "lock": "Khóa lại",
        "today": "Hôm nay",
        "open": "Mở",
        "enough": "Đủ thông tin",
        "verify": "Ghi kết quả kiểm tra",
        "ask_more": "Hỏi thêm người báo",
        "question": "Câu hỏi của bạn",
        "ask": "Gửi câu hỏi, tạm dừng thời hạn",
        "paused": "Thời hạn đang tạm dừng",
        "suggested": "Bóc lột trong công việc",
        "classify": "Ghi phân loại",
        "begin": "Bắt đầu xử lý",
        "answer_words": "Trả lời: đã làm gì, hoặc vì sao không làm được",
        "answer": "Trả lời người báo",
        "result": "Kết quả với người báo",
        "handled": "Đã xử lý",
        "overdue": "Quá hạn",
        "late": "quá hạn",
        "no_pause": "Tin khẩn không được tạm dừng thời hạn",
        "passkey": "Đăng nhập bằng khóa thiết bị",
        "add_passkey": "Thêm khóa",
        "confirm": "Xác nhận",
        "second_title": "Bước hai khi đăng nhập",
        "use_app": "Dùng cách này",
    },
    "en": {
        "name": "User name",
        "password": "Password",
        "sign_in": "Sign in",
        "code": "Six digits from the app",
        "enter": "Enter",
        "passphrase": "Words are locked. Your passphrase:",
        "unlock": "Unlock",
        "wrong": "The passphrase does not match",
        "lock": "Lock again",
        "today": "Today",
        "open": "Open",
        "enough": "Enough to go on",
        "verify": "Write down the check",
        "ask_more": "Ask the person something",
        "question": "Your question",
        "ask": "Send the question, pause the deadline",
        "paused": "The deadline is paused",
        "suggested": "Exploitation at work",
        "classify": "Write down the class",
        "begin": "Begin the work",
        "answer_words": "Answer: what was done, or why it cannot be done",
        "answer": "Answer the person",
        "result": "Result for the person",
        "handled": "Handled",
        "overdue": "Overdue",
        "late": "overdue",
        "no_pause": "The deadline of an urgent report cannot be paused",
        "passkey": "Sign in with a device key",
        "add_passkey": "Add the key",
        "confirm": "Confirm",
        "second_title": "Second step when signing in",
        "use_app": "Use this way",
    },
}


@dataclass
class AtDesk:
    """One browser at a desk."""

    page: Page
    root: str
    language: str
    watch: Watch

    def words(self, name: str) -> str:
        return SAID[self.language][name]

    def path(self, path: str) -> str:
        return self.root + ("" if self.language == "vi" else "/en") + path

    def go(self, path: str) -> None:
        self.page.goto(self.path(path))
        self.look()

    def look(self) -> None:
        """Every page that is come to is held to the same rules."""
        self.watch.look(self.page)
        status = "performance.getEntriesByType('navigation')[0].responseStatus"
        assert self.page.evaluate(status) == 200, self.page.url
        assert serious_findings(self.page) == []
        assert overflow(self.page) <= 0, self.page.url

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=self.words(name), exact=True)

    def press(self, name: str) -> None:
        self.button(name).click()

    def said(self, name: str) -> Locator:
        return self.page.get_by_text(self.words(name)).first

    def sign_in(self, worker: Worker) -> None:
        self.go("/desk/")
        self.page.get_by_label(self.words("name")).fill(worker.user.username)
        self.page.get_by_label(self.words("password"), exact=True).fill(worker.password)
        self.press("sign_in")
        self.page.get_by_label(self.words("code")).fill(totp())
        self.press("enter")
        expect(self.page.get_by_role("heading", level=1)).to_have_text(self.words("today"))
        self.look()

    def confirm(self, worker: Worker) -> None:
        """The password once more, as before keys change; good for five minutes."""
        self.go("/desk/in/again/?next=/desk/in/confirmed/")
        self.page.get_by_label(self.words("password"), exact=True).fill(worker.password)
        self.press("confirm")
        self.page.wait_for_url("**/confirmed/")

    def make_key(self, worker: Worker) -> str:
        """From the page of the own key to a new one that is kept; its passphrase."""
        self.go("/desk/key/")
        self.page.get_by_role("link", name="Tạo khóa", exact=True).click()
        self.page.get_by_label(self.words("password"), exact=True).fill(worker.password)
        self.press("confirm")
        self.page.locator("[data-go=make]").click()
        words = self.page.locator("[data-passphrase] li")
        expect(words.nth(5)).not_to_be_empty()
        return " ".join(words.all_inner_texts())

    def keep_key(self, passphrase: str) -> None:
        self.page.locator("input[data-again]").fill(passphrase)
        self.page.locator("[data-go=keep]").click()

    def unlock(self, passphrase: str) -> None:
        self.page.get_by_label(self.words("passphrase")).fill(passphrase)
        self.press("unlock")

    def is_open(self) -> None:
        expect(self.page.locator("html")).to_have_attribute("data-keyring", "open")

    def is_open_again(self, passphrase: str) -> None:
        """After a page was loaded anew: whether the key outlived that is the browser's choice, and said late."""
        expect(self.page.locator("html")).to_have_attribute("data-keyring", re.compile("open|locked"))
        if self.page.locator("html").get_attribute("data-keyring") == "locked":
            self.unlock(passphrase)
        self.is_open()

    def write(self, label: str, words: str, send: str) -> None:
        self.page.get_by_label(self.words(label)).fill(words)
        self.press(send)
