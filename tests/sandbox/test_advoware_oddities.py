import requests

from sandbox.advoware.oddities import MEGABYTE


def test_files_and_texts(advoware):
    document = advoware("GET", "advonet/Dokumente/12/Inhalt")
    assert document.content.startswith(b"%PDF")
    assert document.headers["Content-Type"] == "application/pdf"
    assert 'filename="Dokument-12.pdf"' in document.headers["Content-Disposition"]
    text = advoware("GET", "advonet/Dokumente/12/Text")
    assert (text.headers["Content-Type"], text.encoding) == ("text/plain; charset=utf-8", "utf-8")
    assert "Größe 87 m²" in text.text
    assert advoware("GET", "advonet/Dokumente/x/Inhalt").status_code == 404


def test_the_echo_tells_what_came(advoware):
    query = [("a", "1"), ("a", "2"), ("ü", "ß &"), ("leer", "")]
    echo = advoware("POST", "advonet/Echo", params=query, data="Größe".encode()).json()
    assert echo["query"] == [list(pair) for pair in query]
    assert (echo["method"], echo["bytes"], echo["text"]) == ("POST", 7, "Größe")
    assert advoware("DELETE", "advonet/Echo").json()["bytes"] == 0


def test_a_refusal_of_the_vendor_and_an_empty_answer(advoware):
    refusal = advoware("PUT", "advonet/Fehler", json={})
    assert (refusal.status_code, refusal.json()["Code"]) == (422, 4711)
    empty = advoware("GET", "advonet/Leer")
    assert (empty.status_code, empty.content) == (204, b"")


def test_a_large_body_comes_in_chunks_or_whole(advoware, client):
    client.settings(advoware_large_body_mb=2.5, advoware_large_body_chunk=10_000)
    chunked = advoware("GET", "advonet/Gross")
    assert len(chunked.content) == int(2.5 * MEGABYTE)
    assert chunked.headers["Transfer-Encoding"] == "chunked"
    client.settings(advoware_large_body_chunk=0)
    whole = advoware("GET", "advonet/Gross")
    assert whole.headers["Content-Length"] == str(len(whole.content))
    assert whole.content == chunked.content
    assert advoware("GET", "advonet/Leer").status_code == 204


def test_a_chunked_body_can_break_off(advoware, client):
    client.add_fault("truncated", system="advoware", path="Gross")
    try:
        received = len(advoware("GET", "advonet/Gross").content)
    except (requests.ConnectionError, requests.exceptions.ChunkedEncodingError):
        received = -1
    assert received == -1


def test_all_of_it_needs_a_token(sb, api):
    stranger = api(sb.advoware_url + "api/v1")
    for path in ("advonet/Echo", "advonet/Gross", "advonet/Termine", "advonet/Mitarbeiter", "Akten", "nothing"):
        assert stranger("GET", path).status_code == 401
