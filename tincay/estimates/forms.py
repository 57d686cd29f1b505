"""What a research user tells about a table. No field takes a row about a person."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from tincay.core.estimate.answers import NoEstimate
from tincay.core.estimate.histories import Table, table_of
from tincay.directory.models import Province
from tincay.estimates import texts
from tincay.estimates.actions import About
from tincay.estimates.tables import MOST_LISTS, AboutPeople, Unreadable, check_names, read_counts
from tincay.web.forms import Cards, NumberField
from tincay.web.packs import codes, language
from tincay.web.time import now

FIRST_YEAR, MOST_PEOPLE, MOST_CLAIMED = 1990, 10_000_000, 10_000_000_000
WRONG_YEARS = _("Bạn xem lại hai năm này nhé.")
EFFORTS = [("look", _("Xem nhanh")), ("publish", _("Để công bố"))]
EFFORT_HINTS: dict[str, Any] = {
    "look": _("1.000 bảng lặp lại. Khoảng một phút."),
    "publish": _("20.000 bảng lặp lại và chuỗi dài. Vài phút; bạn có thể rời trang."),
}
UNREADABLE = {
    "text": _("Chưa đọc được tệp. Tệp cần là CSV, bảng mã UTF-8."),
    "lists": _("Bảng cần từ 2 đến 6 danh sách."),
    "names": _("Tên danh sách cần ngắn, khác nhau và bắt đầu bằng chữ, như “nhà tạm lánh”."),
    "unclear": _("Ô đếm “%(cell)s” có thể là hai số. Trong tệp, bạn viết liền, như 1000."),
    "counts": _("Chưa đọc được các số. Mỗi ô đếm là một số nguyên, và phải có người."),
}
ABOUT_PEOPLE = _(
    "Tệp này có vẻ mỗi dòng là một người. Máy chủ không nhận tệp như vậy và không giữ lại gì. "
    "Bạn chạy ./run tincay estimate TỆP.csv --format counts trên máy mình. "
    "Lệnh ấy in ra bảng đếm; bạn gửi bảng ấy nhé."
)


class RunForm(forms.Form):
    """What a table is about, and how hard to work."""

    place = forms.ChoiceField(
        label=_("Nơi"), help_text=_("Cả nước hoặc một tỉnh. Không có nơi nào nhỏ hơn tỉnh."), required=False
    )
    population = forms.CharField(
        label=_("Những ai được đếm"),
        max_length=120,
        help_text=_("Như “Người từng đến nhà tạm lánh, từ 18 tuổi”"),
    )
    first_year = NumberField(label=_("Từ năm"))
    last_year = NumberField(label=_("Đến năm"))
    linkage = forms.ChoiceField(label=_("Người trùng giữa các danh sách được nhận ra bằng cách nào?"))
    effort = forms.ChoiceField(
        label=_("Tính kỹ đến đâu?"), choices=EFFORTS, widget=Cards(hints=EFFORT_HINTS), initial="look"
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["place"].choices = [("", _("Cả nước")), *places()]  # type: ignore[attr-defined]
        self.fields["linkage"].choices = list(texts.LINKAGES.items())  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if not _are_years(cleaned):
            self.add_error("last_year", WRONG_YEARS)
        return cleaned

    def about(self) -> About:
        cleaned = self.cleaned_data
        place = Province.objects.filter(pk=cleaned["place"]).first() if cleaned["place"] else None
        return About(
            place, cleaned["population"], cleaned["first_year"], cleaned["last_year"], cleaned["linkage"]
        )


def _are_years(cleaned: Mapping[str, Any]) -> bool:
    """Whether those of the two years that were given are years up to now, the first one first."""
    years = [year for year in (cleaned.get("first_year"), cleaned.get("last_year")) if year is not None]
    return years == sorted(years) and all(FIRST_YEAR <= year <= now().year for year in years)


def places() -> list[tuple[str, str]]:
    return [(province.pk, province.name(language())) for province in Province.objects.order_by("pk")]


class Upload(RunForm):
    """A small CSV of counts. Its bytes are read here, in memory, and forgotten."""

    file = forms.FileField(
        label=_("Bảng đếm (CSV)"),
        help_text=_("Mỗi cột là một danh sách, ghi 0 hoặc 1. Cột cuối tên là count: số người."),
        widget=forms.FileInput(attrs={"accept": ".csv,text/csv"}),
    )
    field_order = ("file",)

    def clean_file(self) -> Table:
        try:
            return read_counts(self.cleaned_data["file"].read())
        except AboutPeople:
            raise forms.ValidationError(ABOUT_PEOPLE) from None
        except Unreadable as problem:
            raise forms.ValidationError(UNREADABLE[str(problem)], params={"cell": problem.cell}) from None

    @property
    def table(self) -> Table:
        table: Table = self.cleaned_data["file"]
        return table


class TypedTable(RunForm):
    """A table typed in: names of K lists and 2^K − 1 counts."""

    def __init__(self, *args: Any, lists: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.size = lists
        for j in range(lists):
            self.fields[f"list_{j}"] = forms.CharField(
                label=_("Danh sách %(n)s") % {"n": j + 1}, max_length=24
            )
        for cell in range(1, 1 << lists):
            self.fields[f"cell_{cell}"] = NumberField(
                label=_("Số người: %(lists)s") % {"lists": self._marks(cell)},
                min_value=0,
                max_value=MOST_PEOPLE,
            )

    def _marks(self, cell: int) -> str:
        return " + ".join(str(j + 1) for j in range(self.size) if cell >> j & 1)

    def names(self) -> list[forms.BoundField]:
        return [self[f"list_{j}"] for j in range(self.size)]

    def cells(self) -> list[tuple[list[bool], forms.BoundField]]:
        """Each combination of lists as marks, and the field for its count: fewest lists first."""
        order = sorted(range(1, 1 << self.size), key=lambda cell: (cell.bit_count(), cell))
        return [([bool(cell >> j & 1) for j in range(self.size)], self[f"cell_{cell}"]) for cell in order]

    def about_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in RunForm.base_fields]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if not self.errors:
            self._read(cleaned)
        return cleaned

    def _read(self, cleaned: Mapping[str, Any]) -> None:
        names = [cleaned[f"list_{j}"].strip() for j in range(self.size)]
        try:
            check_names(names)
            self.table = table_of(names, [0, *(cleaned[f"cell_{cell}"] for cell in range(1, 1 << self.size))])
        except Unreadable as problem:
            self.add_error("list_0", UNREADABLE[str(problem)])
        except NoEstimate:
            self.add_error("cell_1", UNREADABLE["counts"])
        else:
            if not self.table.size:
                self.add_error("cell_1", UNREADABLE["counts"])


class HowMany(forms.Form):
    lists = forms.TypedChoiceField(
        label=_("Có mấy danh sách?"),
        coerce=int,
        choices=[(k, str(k)) for k in range(2, MOST_LISTS + 1)],
        initial=3,
    )


class Change(forms.Form):
    """A new run on the same counts: lists left out, or several taken as one."""

    drop = forms.MultipleChoiceField(label=_("Bỏ ra"), required=False, widget=forms.CheckboxSelectMultiple)
    merge = forms.MultipleChoiceField(
        label=_("Gộp làm một"), required=False, widget=forms.CheckboxSelectMultiple
    )
    effort = forms.ChoiceField(
        label=_("Tính kỹ đến đâu?"), choices=EFFORTS, widget=Cards(hints=EFFORT_HINTS), initial="look"
    )

    def __init__(self, *args: Any, table: Table, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.table = table
        for name in ("drop", "merge"):
            self.fields[name].choices = [(each, each) for each in table.lists]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        drop, merge = cleaned.get("drop", []), cleaned.get("merge", [])
        if set(drop) & set(merge):
            self.add_error("merge", _("Một danh sách không thể vừa bỏ ra vừa gộp."))
        elif len(merge) == 1:
            self.add_error("merge", _("Gộp cần từ hai danh sách."))
        elif len(self.table.lists) - len(drop) - max(0, len(merge) - 1) < 2:
            self.add_error("drop", _("Cần còn lại ít nhất hai danh sách."))
        elif not self._without(drop).size:
            self.add_error("drop", UNREADABLE["counts"])
        return cleaned

    def _without(self, drop: list[str]) -> Table:
        return self.table.keep([name for name in self.table.lists if name not in drop])

    def changed(self) -> tuple[Table, str]:
        """The new table, and what was done to the old one in signs that need no translation."""
        drop, merge = self.cleaned_data["drop"], self.cleaned_data["merge"]
        table = self._without(drop)
        if merge:
            table = table.merge(merge, into=_merged_name(merge, table))
        steps = [f"− {name}" for name in drop] + ([" + ".join(merge)] if merge else [])
        return table, "; ".join(steps)[:120]


def _merged_name(merged: list[str], table: Table) -> str:
    """A name for lists taken as one: their first letters, then a number if that is taken."""
    name = "-".join(part[:6].strip() for part in merged)[:22].strip("- ")
    return f"{name} 2" if name in set(table.lists) - set(merged) else name


class NewClaim(forms.Form):
    """A figure that somebody published."""

    kind = forms.ChoiceField(label=_("Cách tính được nêu"))
    value = NumberField(label=_("Con số"), min_value=1, max_value=MOST_CLAIMED, required=False)
    low = NumberField(label=_("Cận dưới, nếu có"), min_value=0, max_value=MOST_CLAIMED, required=False)
    high = NumberField(label=_("Cận trên, nếu có"), min_value=1, max_value=MOST_CLAIMED, required=False)
    at_least = forms.BooleanField(label=_("Nguồn nói “hơn” hoặc “ít nhất”"), required=False)
    place = forms.ChoiceField(label=_("Nơi"), required=False)
    first_year = NumberField(label=_("Từ năm"), required=False)
    last_year = NumberField(label=_("Đến năm"), required=False)
    population = forms.CharField(label=_("Những ai được đếm"), max_length=120)
    source = forms.CharField(label=_("Nguồn"), max_length=300)
    caveat = forms.CharField(label=_("Lưu ý"), max_length=300, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = [(code.code, code.label(language())) for code in codes()["estimate_kind"]]
        self.fields["kind"].choices = kinds  # type: ignore[attr-defined]
        self.fields["place"].choices = [("", _("Cả nước")), *places()]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        low, high = cleaned.get("low"), cleaned.get("high")
        none = low is None and high is None
        if not _are_years(cleaned):
            self.add_error("last_year", WRONG_YEARS)
        if not none and (low is None or high is None or low > high):
            self.add_error("high", _("Bạn điền cả hai cận, cận dưới nhỏ hơn."))
        elif cleaned.get("kind") == "mse" and none:
            self.add_error("low", _("Ước lượng từ nhiều danh sách luôn cần hai cận."))
        elif none and cleaned.get("value") is None:
            self.add_error("value", _("Bạn điền con số hoặc hai cận nhé."))
        return cleaned

    def columns(self) -> dict[str, Any]:
        columns = dict(self.cleaned_data)
        for name in ("population", "source", "caveat"):
            columns[f"{name}_vi"] = columns.pop(name)
            columns[f"{name}_en"] = ""
        return columns | {"place": Province.objects.filter(pk=columns["place"] or None).first()}
