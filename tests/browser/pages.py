"""Which pages are shown by `./run screenshots`: a name, and the steps that lead there. Add yours to PAGES."""

from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Page

# Read anew for each picture: what staff pages need to know (sign-in, passphrase) comes from the demo itself.


@dataclass(frozen=True)
class Visit:
    """One window on a running demo."""

    page: Page
    root: str
    language: str

    def open(self, path: str) -> None:
        """Go to a path as it is written in Vietnamese; English lies under /en."""
        self.page.goto(self.root + ("" if self.language == "vi" else f"/{self.language}") + path)


@dataclass(frozen=True)
class Shot:
    """A page to look at. Without `script` the browser has JavaScript off; `dark` adds the night theme."""

    name: str
    steps: Callable[[Visit], None]
    script: bool = True
    dark: bool = False


def at(path: str) -> Callable[[Visit], None]:
    """The steps to a page that has an address of its own."""
    return lambda visit: visit.open(path)


PAGES: list[Shot] = [
    Shot("first", at("/")),
    Shot("not-found", at("/no-such-page/")),
]
