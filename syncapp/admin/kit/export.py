"""A list as a file for a spreadsheet: all rows that the filters leave, with the columns that the reader sees.

The pages that are no list of one table give their rows to `as_file`.

Names that a page asks of EspoCRM are not in it; that somebody took it away is on record, without what was searched for.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from html import unescape
from typing import Any

from django.contrib.admin.utils import label_for_field, lookup_field
from django.core.exceptions import ObjectDoesNotExist
from django.db.models import QuerySet
from django.http import HttpRequest, StreamingHttpResponse
from django.utils import timezone, translation
from django.utils.formats import localize
from django.utils.functional import Promise

from syncapp.admin.kit.addresses import without_words
from syncapp.admin.kit.recording import recorded

PARAMETER, CSV = "as", "csv"
BOM = "\ufeff"  # by which Excel knows that it is UTF-8
AT_ONCE = 500  # rows in memory
# What a spreadsheet would take for a formula, also behind blanks and written wide.
FORMULA = re.compile(r"[\s\x00-\x1f]*[=+\-@\uff1d\uff0b\uff0d\uff20]|[\t\r\n]")
TIME = re.compile(r'<time datetime="([^"]+)"[^>]*>[^<]*</time>')
OUT = re.compile(r'<a class="hub-out"[^>]*>[^<]*</a>')  # leads elsewhere and says nothing of the row
TAG = re.compile(r"<[^>]+>")


def wanted(request: HttpRequest) -> bool:
    return request.GET.get(PARAMETER) == CSV


def export(request: HttpRequest, admin: Any) -> StreamingHttpResponse:
    rows: QuerySet[Any] = admin.get_changelist_instance(request).get_queryset(request)
    name = admin.opts.model_name
    filters = without_words(request.GET)
    columns = [column for column in admin.get_list_display(request) if _tells(admin, column)]

    found = ([_cell(admin, column, row) for column in columns] for row in rows.iterator(chunk_size=AT_ONCE))
    return as_file(request, name, [_heading(admin, column) for column in columns], found, filters)


def as_file(
    request: HttpRequest, name: str, heads: Sequence[object], rows: Iterable[Sequence[object]], filters: str = ""
) -> StreamingHttpResponse:
    """Rows of any page; `name` (ASCII) is the file's and stands on staff's record, with `filters`, which hold no words
    that somebody searched for."""

    def lines() -> Iterator[bytes]:
        with recorded(request, "export_list", name, "", filters) as done:
            yield f"{BOM}{_line(map(plain, heads))}".encode()
            for row in rows:
                done.count += 1
                yield _line(map(plain, row)).encode()

    day = f"{timezone.localtime():%Y-%m-%d}"
    answer = StreamingHttpResponse(_in(translation.get_language(), lines()), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}-{day}.csv"'
    answer["Cache-Control"] = "no-store"
    return answer


def _in(language: str | None, lines: Iterator[bytes]) -> Iterator[bytes]:
    """The answer goes out after the request's language has ended."""
    with translation.override(language):
        yield from lines


class _Echo:
    def write(self, text: str) -> str:
        return text


_WRITER = csv.writer(_Echo(), delimiter=";")  # a German Excel parts columns at semicolons


def _line(cells: Iterable[str]) -> str:
    return str(_WRITER.writerow([safe(cell) for cell in cells]))


def safe(text: str) -> str:
    """Nothing that a spreadsheet would calculate."""
    return f"'{text}" if FORMULA.match(text) else text


def _tells(admin: Any, column: str) -> bool:
    """Whether it says something of the row: not a column of buttons, nor one without a heading."""
    return bool(_heading(admin, column)) and not getattr(getattr(admin, column, None), "does", False)


def _heading(admin: Any, column: str) -> str:
    return str(label_for_field(column, admin.model, admin))


def _cell(admin: Any, column: str, row: Any) -> object:
    try:
        field, _attribute, value = lookup_field(column, row, admin)
    except ObjectDoesNotExist:
        return ""
    if field is not None and field.choices:
        value = getattr(row, f"get_{column}_display")()
    return value


def plain(value: object) -> str:
    """The words of a cell: no tags, times exactly."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return _exactly(value)
    if isinstance(value, Promise):
        value = str(value)
    if not isinstance(value, str):
        return str(value) if isinstance(value, int) else str(localize(value))
    text = value
    if "<" in value:
        text = TIME.sub(lambda found: _exactly(datetime.fromisoformat(found[1])), OUT.sub("", value))
    return " ".join(unescape(TAG.sub(" ", text)).split()) if hasattr(value, "__html__") else text


def _exactly(moment: datetime) -> str:
    """As a German spreadsheet understands it, in the firm's time zone."""
    return f"{timezone.localtime(moment):%d.%m.%Y %H:%M:%S}"
