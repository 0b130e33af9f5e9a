"""What a text says itself of how it is encoded, in XML and HTML. Texts go to xAI in UTF-8 and have to say so then: who
reads them strictly would garble each umlaut, or refuse the file.
"""

from __future__ import annotations

import codecs
import re

HEAD = 4096  # signs in which it stands
_DECLARED = re.compile(
    r"""(<\?xml\b[^>]{0,300}?\bencoding\s*=\s*["']|<meta\b[^>]{0,300}?\bcharset\s*=\s*["']?\s*)([\w.:-]{1,40})""",
    re.IGNORECASE,
)


def declared(raw: bytes) -> list[str]:
    """The encoding that it names and Python knows, or none; only one in which the name reads the same."""
    if found := _DECLARED.search(raw[:HEAD].decode("ascii", "replace")):
        try:
            if codecs.lookup(found[2]).encode(found[0])[0] == found[0].encode():
                return [found[2]]
        except (LookupError, ValueError, TypeError):
            return []
    return []


def saying_utf8(text: str) -> str:
    """The same text where it says so already, in whatever letters: its bytes stay those of the CRM."""
    return _DECLARED.sub(_said, text[:HEAD]) + text[HEAD:]


def _said(found: re.Match[str]) -> str:
    return found[0] if found[2].lower() in ("utf-8", "utf8") else f"{found[1]}UTF-8"
