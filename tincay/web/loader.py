"""Templates are written in indented lines for people; what is sent over a weak network goes without them.

White space beside a block-level tag is not seen, so it is left out; any other line break becomes one space,
because between words, links and buttons that space is what the reader sees. Only what lies between template tags
is touched, once, when a template is loaded: the file, its line numbers in an error and what a variable prints
stay as they are. Held by tests/web/test_templates.py; why: docs/decisions/0005-templates.md.
"""

import re

from django.template.base import Node, NodeList, Origin, Template, TextNode
from django.template.defaulttags import ForNode
from django.template.loaders import cached

_BLOCK = (
    "article|aside|body|br|caption|dd|details|div|dl|dt|fieldset|footer|form|h[1-6]|head|header|hr|html|legend|li"
    "|link|main|meta|nav|noscript|ol|optgroup|option|p|script|section|summary|table|tbody|td|th|thead|title|tr|ul"
)
_LINE_BREAK = re.compile(rf"(</?(?:{_BLOCK})\b[^<>]*>)?[ \t]*\n\s*(?=(</?(?:{_BLOCK})\b|>)?)")


def without_indentation(text: str) -> str:
    return _LINE_BREAK.sub(lambda match: (match[1] or "") + ("" if match[1] or match[2] else " "), text)


def _tidy(nodes: NodeList, spaced: bool) -> None:
    """`spaced`: white space stands before these nodes already, so that theirs would be a second one."""
    for node in nodes:
        if isinstance(node, TextNode):
            text = without_indentation(node.s)
            node.s, spaced = text[1:] if spaced and text[:1] == " " else text, node.s[-1:].isspace()
        else:
            for inside in _inside(node):
                again = isinstance(node, ForNode) and not _ends_in_space(inside)
                _tidy(inside, spaced and not again)
            spaced = False


def _inside(node: Node) -> list[NodeList]:
    lists = [branch for _, branch in getattr(node, "conditions_nodelists", [])]
    return lists or [getattr(node, name) for name in node.child_nodelists if getattr(node, name, None)]


def _ends_in_space(nodes: NodeList) -> bool:
    return bool(nodes) and isinstance(nodes[-1], TextNode) and nodes[-1].s[-1:].isspace()


class Loader(cached.Loader):
    """Django's own loader, which keeps what it has loaded."""

    def get_template(self, template_name: str, skip: list[Origin] | None = None) -> Template:
        is_cached = self.cache_key(template_name, skip) in self.get_template_cache
        template = super().get_template(template_name, skip)
        if not is_cached:
            _tidy(template.nodelist, False)
        return template
