"""What people type and paste, and what systems answer: the ugly values first."""

from __future__ import annotations

import os

from hypothesis import strategies as st

INVISIBLE = ("\u200b", "\u200e", "\u00ad", "\ufeff", "\u2060", "\u202a", "\x00", "\x07")
BLANKS = (" ", "\u00a0", "\u2009", "\u202f", "\t")
NUMBERS = (
    "030 1234567", "0 30 / 12 34 56-0", "+49 (0)30 123456", "(05 11) 1 23 04 67", "0170-1234567", "+43 1 5337990",
    "0800 1234567", "+4930123", "0049 30 1234567", "030/1234567", "+1 212 555 2368",
)  # fmt: skip
NO_NUMBERS = (
    "Kundennr. 0815 4711", "Az. 0123/45", "Geb. 01.02.1980", "keine", "?", "-", "110", "1234567", "siehe Akte",
    "DE89 3704 0044 0532 0130 00", "030 123456-10/-11", "0171 1234567 o. 030 123", "10 C 123/24", "0123456789" * 3,
)  # fmt: skip
REMARKS = ("privat", "Frau Müller", "(Zentrale)", "Durchwahl 12", "Fax", "ab 17 Uhr", "2. Stock", "nicht mehr!", "DW 3")
MAILS = (
    "a@x.example", "Jörn <j@x.example>", "mailto:a@x.example", "a@müller.example", "a@xn--mller-kva.example",
    "A.B+c@Sub.X.Example", "jörn@x.example", "a@x.example.", "<a@x.example>", "MAILTO:a@x.example?subject=Klage",
)  # fmt: skip
NO_MAILS = (
    "a@x.example; b@x.example", "a@x", "a at x.example", ".a@x.example", "a..b@x.example", "@", "a@@x.example",
    "keine", "a@-x.example", "www.x.example", "a@1.2.3.4", "a@x_y.example",
)  # fmt: skip
IBANS = (
    "DE89 3704 0044 0532 0130 00",
    "IBAN: de89-3704-0044-0532-0130-00",
    "GB29NWBK60161331926819",
    "NO9386011117947",
)
NO_IBANS = (
    "DE88370400440532013000",
    "532013000 BLZ 37040044",
    "DE89",
    "folgt",
    "DE89370400440532013000 / NO9386011117947",
)
BICS = ("COBADEFF", "COBADEFFXXX", "cobadeff xxx", "NOTPROVIDED", "37040044", "BIC: COBADEFF", "?", "COBADEFF1")
DAYS = (
    "1980-02-01", "1980-02-01T00:00:00", "0001-01-01T00:00:00", "1980-00-00", "02/1980", "1980", "01.02.1980",
    "1980-02-30", "2000-02-29 00:00:00", "unbekannt", "9999-12-31", "1980-02-01T00:00:00.000Z", "1980-02-011",
)  # fmt: skip
TEXTS = (
    "Müller", "Mu\u0308ller", "Łukasz Żółć", "Иванов", "山田太郎", "👩‍⚖️ Kanzlei", "?",
    "A<b>", "  Roth \u00a0 Weiss ", "x" * 300,
    "Zeile 1\r\nZeile 2", "a\u2028b", "O'Neill & Söhne", "(ohne Betreff)", "é" * 255, "ﬁ", "\U0001d504", "\ud800",
)  # fmt: skip


def examples(usual: int) -> int:
    """How many a property is tried with: by hand HUB_EXAMPLES=1000; never fewer than usual."""
    return max(usual, int(os.environ.get("HUB_EXAMPLES", "0")))


noise = st.sampled_from([*INVISIBLE, *BLANKS, ""])


@st.composite
def pasted(draw: st.DrawFn, *pools: tuple[str, ...]) -> str:
    """A value as people leave it: with a remark, another value, or signs that nobody sees in it."""
    text = draw(st.sampled_from([value for pool in pools for value in pool]))
    match draw(st.integers(0, 5)):
        case 0:
            text = f"{text} {draw(st.sampled_from(REMARKS))}"
        case 1:
            text = f"{draw(st.sampled_from(REMARKS))}: {text}"
        case 2:
            text = f"{text}{draw(st.sampled_from([' / ', ', ', ' o. ', ';', ' ']))}{draw(st.sampled_from(pools[0]))}"
        case 3:
            at = draw(st.integers(0, len(text)))
            text = text[:at] + draw(noise) + text[at:]
    return text


def ugly(*pools: tuple[str, ...]) -> st.SearchStrategy[object]:
    """Raw values as a system may answer them: mostly of the kind, sometimes of another, empty, huge, no text at all."""
    whatever = st.text(max_size=40) | st.sampled_from([*TEXTS, *NO_NUMBERS, "", " ", "\u200b", "x" * 600])
    return pasted(*pools) | pasted(*pools) | whatever | st.none() | st.integers(-5, 10**12) | st.booleans()


phones = ugly(NUMBERS, NO_NUMBERS)
mails = ugly(MAILS, NO_MAILS)
ibans = ugly(IBANS, NO_IBANS)
bics = ugly(BICS)
days = ugly(DAYS)
texts = ugly(TEXTS)
_HTML = (
    "<b>", "</b>", "<br>", "<p>", "</p>", '<a href="x">', "</a>", "&amp;", "&lt;", "&gt;", "&nbsp;", "&#39;", "&", "<",
    ">", "<Mandant>", "\r\n", "&amp;lt;", "<html-blob>", "\u0338",
)  # fmt: skip
descriptions = texts | st.lists(st.sampled_from([*_HTML, "Frist", " ", "&gt"]), max_size=8).map("".join)
