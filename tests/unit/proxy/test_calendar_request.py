"""What the body of the calendar's trigger may say."""

from __future__ import annotations

import pytest

from syncapp.models import ProxyRefusal
from syncapp.proxy.calendar import CalendarRequest, read_request
from syncapp.proxy.refusals import Refused


@pytest.mark.parametrize(
    ("body", "asked"),
    [
        (b"", CalendarRequest("ALL", None)),
        (b" \r\n", CalendarRequest("ALL", None)),
        (b"{}", CalendarRequest("ALL", None)),
        (b'\xef\xbb\xbf{"kuerzel": "SB"}', CalendarRequest("SB", None)),
        (b'{"kuerzel": " SB ", "full_content": true}', CalendarRequest("SB", True)),
        ('{"kuerzel": "MÜ", "full_content": false}'.encode(), CalendarRequest("MÜ", False)),
    ],
)
def test_what_can_be_read(body: bytes, asked: CalendarRequest) -> None:
    assert read_request(body) == asked


@pytest.mark.parametrize(
    ("body", "named"),
    [
        (b"kuerzel=SB", "JSON"),
        (b'{"kuerzel": "S\xff"}', "JSON"),
        (b"[" * 100_000, "JSON"),
        (b'["SB"]', "object"),
        (b"null", "object"),
        (b'{"kuerzel": "SB", "geheim": 1}', "only"),
        (b'{"Kuerzel": "SB"}', "only"),
        (b'{"kuerzel": 7}', "kuerzel"),
        (b'{"kuerzel": null}', "kuerzel"),
        (b'{"kuerzel": ["SB"]}', "kuerzel"),
        (b'{"kuerzel": " "}', "kuerzel"),
        (b'{"kuerzel": "SSSSSSSSSSSSSSSSSSSSB"}', "kuerzel"),
        (b'{"full_content": "false"}', "full_content"),
        (b'{"full_content": 0}', "full_content"),
        (b'{"full_content": null}', "full_content"),
    ],
)
def test_what_can_not(body: bytes, named: str) -> None:
    with pytest.raises(Refused) as caught:
        read_request(body)
    assert caught.value.why is ProxyRefusal.BAD_BODY
    assert named in caught.value.sentence
    assert "geheim" not in caught.value.sentence


@pytest.mark.parametrize(("kuerzel", "everybody"), [("ALL", True), ("all", True), ("AL", False), ("SB", False)])
def test_all_is_everybody(kuerzel: str, everybody: bool) -> None:
    assert CalendarRequest(kuerzel).of_all is everybody
