"""Whatever a caller writes into `endpoint`: the call stays below the API's base, or is refused."""

from __future__ import annotations

from functools import partial
from urllib.parse import quote, urlencode, urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from urllib3.util import parse_url

from syncapp.clients.advoware.relay import checked_path
from syncapp.models import ProxyRefusal
from syncapp.proxy import paths
from syncapp.proxy.paths import Endpoint, clean_path, requested
from syncapp.proxy.refusals import Refused

bad_path = partial(pytest.raises, Refused, check=lambda refused: refused.why is ProxyRefusal.BAD_PATH)

BASE = "https://firm.example.org:90/relay/api/v1"


@pytest.mark.parametrize(
    ("given_path", "path"),
    [
        ("advonet/Beteiligte/4711", "api/v1/advonet/Beteiligte/4711"),
        ("/advonet/Beteiligte", "api/v1/advonet/Beteiligte"),
        ("/api/v1/Akten", "api/v1/Akten"),
        ("api/v1/Akten", "api/v1/Akten"),
        ("api/v1/api/v1/Akten", "api/v1/api/v1/Akten"),
        ("API/V1/Akten", "api/v1/API/V1/Akten"),
        ("Akten/Müller & Söhne", "api/v1/Akten/Müller & Söhne"),
        ("Akten/M%C3%BCller%20(1)", "api/v1/Akten/Müller (1)"),
        ("Akten/2026-01.pdf", "api/v1/Akten/2026-01.pdf"),
        ("Akten/...x", "api/v1/Akten/...x"),
    ],
)
def test_what_is_asked_for(given_path: str, path: str) -> None:
    assert clean_path(given_path) == path


@pytest.mark.parametrize(
    "text",
    [
        "https://elsewhere.example/x",
        "HTTP:elsewhere",
        "javascript:x",
        "//elsewhere.example/x",
        "///elsewhere.example/x",
        "/",
        "api/v1/",
        "/api/v1//x",
        "Akten//x",
        "Akten/",
        "\\\\elsewhere.example\\x",
        "/\\elsewhere.example",
        "Akten\\..\\..\\x",
        "..",
        ".",
        "../x",
        "Akten/../../x",
        "Akten/./x",
        "Akten/..",
        "api/v1/../x",
        "%2e%2e/x",
        "Akten/%2E%2e/x",
        "Akten/.%2e/x",
        "Akten/%252e%252e/x",
        "Akten/%25252e/x",
        "%2f%2felsewhere.example",
        "Akten%2F..%2Fx",
        "Akten%252F..",
        "Akten%5c..%5cx",
        "Akten/..;/x",
        "Akten/.. /x",
        "Akten/.../x",
        "Akten/ /x",
        "Akten/\u2025/x",
        "Akten\uff0fx",
        "Akten\uff0f\uff0e\uff0e",
        "\u2100ten",
        "Akten\r\nHost: elsewhere.example",
        "Akten%0d%0aHost",
        "Akten\n",
        "Akten\t1",
        "Akten\x00",
        "Akten%00",
        "Akten\u2028x",
        "Akten\u202ex",
        "user@elsewhere.example/x",
        "user:pass@elsewhere.example",
        "Akten/user%40elsewhere.example",
        "Akten#x",
        "Akten%23x",
        "Akten%3Fx",
        "Akten/100%",
        "Akten/%zz",
        "Akten/%FC",
        "Akten/\ud800",
        "A" * (paths.LONGEST + 1),
    ],
)
def test_what_is_refused(text: str) -> None:
    with pytest.raises(Refused) as refused:
        clean_path(text)
    assert refused.value.why is ProxyRefusal.BAD_PATH
    assert "elsewhere" not in refused.value.sentence
    with bad_path():
        requested(urlencode([("endpoint", text)], errors="surrogatepass").encode())


def test_parameters_keep_their_order_repetitions_and_empty_values() -> None:
    found = requested("a=1&endpoint=Akten&b=&a=M%C3%BCller&c&d=%2B%20x&kürzel=ß".encode())
    assert found == Endpoint(
        "api/v1/Akten", (("a", "1"), ("b", ""), ("a", "Müller"), ("c", ""), ("d", "+ x"), ("kürzel", "ß"))
    )


def test_a_query_inside_the_endpoint_comes_first() -> None:
    raw = urlencode([("endpoint", "Termine?from=2026-01-01&kuerzel=A+B"), ("to", "2026-02-01")]).encode()
    assert requested(raw).query == (("from", "2026-01-01"), ("kuerzel", "A B"), ("to", "2026-02-01"))


@pytest.mark.parametrize("inner", ["a=1#x", "a=1?b", "a=\n", "endpoint=Akten", "a=%FC"])
def test_a_query_that_is_none(inner: str) -> None:
    with bad_path():
        requested(urlencode([("endpoint", f"Termine?{inner}")]).encode())


@pytest.mark.parametrize("raw", [b"", b"endpoint=", b"a=1", b"Endpoint=Akten"])
def test_no_endpoint(raw: bytes) -> None:
    with pytest.raises(Refused) as refused:
        requested(raw)
    assert refused.value.why is ProxyRefusal.NO_ENDPOINT


@pytest.mark.parametrize(
    "raw", [b"endpoint=a&endpoint=b", b"endpoint=a&x=%FC", b"endpoint=a&x=\xfc", b"endpoint=a" + b"&x" * 300]
)
def test_parameters_that_are_refused(raw: bytes) -> None:
    with bad_path():
        requested(raw)


@pytest.mark.parametrize(
    ("path", "prefixes", "allowed"),
    [
        ("api/v1/Akten", [], True),
        ("api/v1/Akten", ["Akten"], True),
        ("api/v1/Akten", ["/api/v1/Akten/"], True),
        ("api/v1/Akten/1", ["Akten"], True),
        ("api/v1/Aktenzeichen", ["Akten"], False),
        ("api/v1/akten", ["Akten"], False),
        ("api/v1/advonet/Termine", ["Akten", "advonet/Termine"], True),
        ("api/v1/advonet", ["advonet/Termine"], False),
        ("api/v1/api/v1/Akten", ["Akten"], False),
    ],
)
def test_prefixes_are_whole_segments(path: str, prefixes: list[str], allowed: bool) -> None:
    assert paths.below(path, prefixes) is allowed


TRICKS = st.lists(
    st.one_of(
        st.sampled_from(["/", "\\", "..", ".", "%", "2e", "2f", "5c", "25", "@", ":", "#", "?", "&", "=", ";", "\n"]),
        st.sampled_from(["http://", "//", "api/v1/", "elsewhere.example", "\uff0f", "\u2025", "\u3002", "\u200b"]),
        st.text(max_size=4),
    ),
    max_size=12,
).map("".join)


@given(TRICKS, st.lists(st.tuples(st.text(max_size=5), st.text(max_size=8)), max_size=3))
@example("https://elsewhere.example", [])
def test_whatever_is_asked_for_stays_below_the_base(text: str, further: list[tuple[str, str]]) -> None:
    raw = urlencode([("endpoint", text), *further], errors="surrogatepass").encode()
    try:
        endpoint = requested(raw)
    except Refused:
        return
    # As the client writes it.
    url = f"{BASE}/{quote(checked_path(endpoint.path))}?{urlencode(endpoint.query)}"
    for scheme, host, port, path in (
        (lambda u: (u.scheme, u.hostname, u.port, u.path))(urlsplit(url)),
        (lambda u: (u.scheme, u.host, u.port, u.path or ""))(parse_url(url)),
    ):
        assert (scheme, host, port) == ("https", "firm.example.org", 90)
        assert path.startswith("/relay/api/v1/")
        assert not {"", ".", ".."} & set(path.removeprefix("/").split("/"))
    assert url.isascii()
    assert url.isprintable()
    assert urlsplit(url).username is None
    assert urlsplit(url).fragment == ""
