"""Templates are written in indented lines for people; what is sent over a weak network goes without them.

White space beside a block-level tag is not seen, so it is left out; any other line break stays one line break,
because between words, links and buttons it is the space that the reader sees. Only what lies between template
tags is touched, once, when a template is loaded: the file, its line numbers in an error and what a variable
prints stay as they are.
"""

import re

from django.template.base import Template, TextNode
from django.template.loaders import app_directories

_BLOCK = (
    "article|aside|body|caption|dd|details|div|dl|dt|fieldset|footer|form|h[1-6]|head|header|hr|html|legend|li|link"
    "|main|meta|nav|noscript|ol|optgroup|option|p|script|section|summary|table|tbody|td|th|thead|title|tr|ul"
)
_LINE_BREAK = re.compile(rf"(</?(?:{_BLOCK})\b[^<>]*>)?[ \t]*\n\s*(?=(</?(?:{_BLOCK})\b)?)")


def without_indentation(text: str) -> str:
    return _LINE_BREAK.sub(lambda found: (found[1] or "") + ("" if found[1] or found[2] else "\n"), text)


class Loader(app_directories.Loader):
    def get_template(self, template_name: str, skip: list[object] | None = None) -> Template:
        template = super().get_template(template_name, skip)
        for node in template.nodelist.get_nodes_by_type(TextNode):
            node.s = without_indentation(node.s)
        return template
