"""Every sentence is there in both languages, and the compiled files are what their parts say."""

import gettext
import io
from pathlib import Path

import pytest
from django.utils.translation import gettext as translate
from django.utils.translation import ngettext, override

from tincay.web import catalogues
from tincay.web.management.commands.messages import bring_up_to_date

PART = """
# a comment
#: somewhere.html
msgid "Còn %(n)d việc"
msgid_plural "Còn %(n)d việc"
msgstr[0] "%(n)d task left"
msgstr[1] "%(n)d tasks left"

msgctxt "nút"
msgid "Gửi"
msgstr ""
"Se"
"nd"
"""


def entries(text: str) -> dict[catalogues.Key, catalogues.Entry]:
    return {entry.message.key: entry for entry in catalogues.read_po(text, "test.po")}


@pytest.mark.parametrize("language", ["en", "vi"])
def test_catalogues_are_complete_and_compiled(language: str) -> None:
    assert bring_up_to_date(language, check=True) == [], "translate in locale/*/parts/, then ./run messages"


def test_english_readers_get_english_and_vietnamese_readers_what_was_written() -> None:
    with override("en"):
        assert translate("Thoát nhanh") == "Leave now"
        assert ngettext("%(n)d giờ", "%(n)d giờ", 2) % {"n": 2} == "2 hours"
    with override("vi"):
        assert translate("Thoát nhanh") == "Thoát nhanh"
        assert translate("This field is required.") == "Bạn điền giúp chỗ này nhé."


def test_templates_and_code_are_searched_for_everything_that_can_be_said() -> None:
    template = """
    {% translate "một" %}{% translate 'hai' context "số" as x %}{% button _("ba") %}{{ _("bốn") }}
    {% blocktranslate trimmed count n=n %}
        {{ n }} năm
    {% plural %}
        {{ n }} năm
    {% endblocktranslate %}{# translate "không" #}{% comment %}{% translate "không" %}{% endcomment %}
    """
    found = {(message.context, message.text) for message in catalogues.messages_of_template(template)}
    assert found == {("", "một"), ("số", "hai"), ("", "ba"), ("", "bốn"), ("", "%(n)s năm")}
    code = 'x = _("sáu"); y = translation.ngettext("bảy", "bảy nhiều", n); z = pgettext("số", "tám" " nữa"); f("chín")'
    assert [message.text for message in catalogues.messages_of_python(code)] == ["sáu", "bảy", "tám nữa"]


def test_the_compiled_file_is_read_by_pythons_own_gettext() -> None:
    compiled = gettext.GNUTranslations(io.BytesIO(catalogues.write_mo(entries(PART), "en")))
    assert compiled.ngettext("Còn %(n)d việc", "Còn %(n)d việc", 1) == "%(n)d task left"
    assert compiled.ngettext("Còn %(n)d việc", "Còn %(n)d việc", 5) == "%(n)d tasks left"
    assert compiled.pgettext("nút", "Gửi") == "Send"


def test_a_written_catalogue_reads_back_as_it_was() -> None:
    tricky = entries('msgid "a\\"b\\\\ c\\nd"\nmsgstr "e\\tf"\n')
    once = catalogues.write_po(tricky | entries(PART), "en")
    again = catalogues.write_po(entries(once), "en").replace("test.po", "test.po")
    assert again == once


@pytest.mark.parametrize(
    ("part", "finding"),
    [
        ('#, fuzzy\nmsgid "một"\nmsgstr "one"', "fuzzy"),
        ('msgid "một"\nmsgstr ""', "empty"),
        ('msgid "một"\nmsgstr "one %(n)d"', "placeholders differ"),
        ('msgid "hai"\nmsgstr "two"', "no longer used"),
        ('msgid "một"\nmsgid_plural "một"\nmsgstr[0] "one"\nmsgstr[1] "one"', "plural in one place only"),
    ],
)
def test_a_doubtful_translation_is_named(part: str, finding: str) -> None:
    said = {("", "một"): catalogues.CatalogueText("", "một")}
    assert any(finding in line for line in catalogues.findings(said, entries(part)))


def test_a_text_without_translation_is_named() -> None:
    assert catalogues.findings({("", "một"): catalogues.CatalogueText("", "một")}, {}) == ["missing: 'một'"]


@pytest.mark.parametrize(
    "part", ['msgid "a"\nmsgstr "b"\nmsgid "c"\nmsgstr "d"', 'msgid a\nmsgstr "b"', 'msgid "a']
)
def test_a_part_that_cannot_be_read_is_refused(part: str) -> None:
    with pytest.raises(catalogues.BadCatalogue):
        entries(part)


def test_two_parts_may_not_translate_the_same_text_differently(tmp_path: Path) -> None:
    (tmp_path / "a.po").write_text('msgid "một"\nmsgstr "one"\n')
    (tmp_path / "b.po").write_text('msgid "một"\nmsgstr "a single"\n')
    with pytest.raises(catalogues.BadCatalogue, match="differently"):
        catalogues.read_parts(tmp_path)
