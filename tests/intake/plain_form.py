"""What a browser without a script would post of a page of the plain form, as it stands there."""

from html.parser import HTMLParser

from django.http import QueryDict


class _Form(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.posted = QueryDict(mutable=True)
        self._select = self._area = ""
        self._typed = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        name = given.get("name", "")
        if tag == "input" and name and (given["type"] in {"hidden", "text"} or "checked" in given):
            self.posted.appendlist(name, given["value"])
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select and "selected" in given:
            self.posted.appendlist(self._select, given["value"])
        elif tag == "textarea":
            self._area, self._typed = name, ""

    def handle_data(self, data: str) -> None:
        self._typed += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self._select = ""
        elif tag == "textarea" and self._area:
            self.posted.appendlist(self._area, self._typed.removeprefix("\n"))
            self._area = ""


def in_form(html: str) -> QueryDict:
    """Every control of the plain form with what it holds; no button is pressed yet."""
    form = _Form()
    form.feed(html.partition('<form id="plain-form"')[2].partition("</form>")[0])
    return form.posted
