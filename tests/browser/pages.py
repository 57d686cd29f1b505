"""Which pages are shown by `./run screenshots`: a name, and the steps that lead there. Add yours to PAGES."""

from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Page

from tests.browser.staff_pages import desk, report


class WrongPage(Exception):
    """An address answered with another page than the one to be shown."""


@dataclass(frozen=True)
class Visit:
    """One window on a running demo."""

    page: Page
    root: str
    language: str

    def open(self, path: str, status: int = 200) -> None:
        """Go to a path as it is written in Vietnamese; English lies under /en."""
        answer = self.page.goto(self.root + ("" if self.language == "vi" else f"/{self.language}") + path)
        if not answer or answer.status != status:
            raise WrongPage(f"{path} answered {answer and answer.status}")


@dataclass(frozen=True)
class Shot:
    """A page to look at. Without `script` the browser has JavaScript off; `dark` adds the night theme."""

    name: str
    steps: Callable[[Visit], None]
    script: bool = True
    dark: bool = False


def at(path: str, status: int = 200) -> Callable[[Visit], None]:
    """The steps to a page that has an address of its own."""
    return lambda visit: visit.open(path, status)


PAGES: list[Shot] = [
    Shot("first", at("/")),
    Shot("history", at("/guide/history/")),
    Shot("keys", at("/guide/keys/")),
    Shot("help", at("/help/")),
    Shot("help-plain", at("/help/plain/"), script=False),
    Shot("ask-plain", at("/ask/plain/"), script=False),
    Shot("back", at("/back/")),
    Shot("lost-code", at("/back/lost/")),
    Shot("sign-in", at("/desk/in/")),
    Shot("sign-in-night", at("/desk/in/"), dark=True),
    Shot("today", desk("case_worker", "/desk/")),
    Shot("today-night", desk("case_worker", "/desk/"), dark=True),
    Shot("report-closed", report("case_worker", opened=False)),
    Shot("report-open", report("case_worker", opened=True)),
    Shot("my-key", desk("case_worker", "/desk/key/")),
    Shot("second-step", desk("case_worker", "/desk/in/second/mine/")),
    Shot("own-sessions", desk("case_worker", "/desk/in/sessions/")),
    Shot("overdue", desk("supervisor", "/desk/overdue/")),
    Shot("desks", desk("supervisor", "/desk/desks/")),
    Shot("escalated", desk("oversight", "/desk/escalated/")),
    Shot("calendar", desk("steward", "/desk/calendar/")),
    Shot("health", desk("steward", "/desk/health/")),
    Shot("population", at("/figures/population/"), script=False),
    Shot("estimates", desk("me_officer", "/desk/estimates/")),
    Shot("estimates-upload", desk("me_officer", "/desk/estimates/upload/")),
    Shot("estimates-typed", desk("me_officer", "/desk/estimates/table/?lists=3")),
    Shot("claims", desk("me_officer", "/desk/estimates/claims/")),
    Shot("not-found", at("/no-such-page/", 404)),
]
