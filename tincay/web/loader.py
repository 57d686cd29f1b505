"""Templates are written in indented lines for people; what is sent over a weak network goes without them.

White space beside a block-level tag is not seen, so it is left out; any other line break stays one line break,
because between words, links and buttons that is the space that the reader sees, and at the beginning of a text
field it guards the line break with which her own words may begin. Only what lies between template tags is touched,
once, when a template is loaded: the file, its line numbers in an error and what a variable prints stay as they
are. Why: docs/decisions/0005-templates.md.
"""

import re

from django.template.base import Origin, Template, TextNode
from django.template.loaders import cached

_BLOCK = (
    "article|aside|body|br|caption|dd|details|div|dl|dt|fieldset|footer|form|h[1-6]|head|header|hr|html|legend|li"
    "|link|main|meta|nav|noscript|ol|optgroup|option|p|script|section|summary|table|tbody|td|th|thead|title|tr|ul"
)
_LINE_BREAK = re.compile(rf"(</?(?:{_BLOCK})\b[^<>]*>)?[ \t]*\n\s*(?=(</?(?:{_BLOCK})\b|>)?)")


def without_indentation(text: str) -> str:
    """The text between two template tags as it is sent."""
    return _LINE_BREAK.sub(lambda match: (match[1] or "") + ("" if match[1] or match[2] else "\n"), text)


class Loader(cached.Loader):
    """Django's own loader, which keeps what it has loaded."""

    def get_template(self, template_name: str, skip: list[Origin] | None = None) -> Template:
        is_cached = self.cache_key(template_name, skip) in self.get_template_cache
        template = super().get_template(template_name, skip)
        if not is_cached:
            for node in template.nodelist.get_nodes_by_type(TextNode):
                assert isinstance(node, TextNode)
                node.s = without_indentation(node.s)
        return template
