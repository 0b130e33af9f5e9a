"""Answers that are no plain JSON objects, for whatever has to carry them unharmed: files, texts, echoes, refusals."""

from __future__ import annotations

from urllib.parse import parse_qsl

from werkzeug.wrappers import Request

from sandbox.advoware import wire
from sandbox.advoware.config import AdvowareSettings
from sandbox.advoware.errors import AdvowareError
from sandbox.answers import Answer, json_answer

PDF = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n"
TEXT = "Aktenvermerk: Übergabe am 3. März, Größe 87 m², Kaution 1.560 €.\n"
MEGABYTE = 1 << 20


class Oddities:
    def __init__(self, settings: AdvowareSettings) -> None:
        self.settings = settings

    def route(self, request: Request, parts: list[str]) -> Answer:
        match [request.method, *parts]:
            case ["GET", "Dokumente", number, "Inhalt"] if number.isdigit():
                headers = {"Content-Disposition": f'attachment; filename="Dokument-{number}.pdf"'}
                return Answer(200, PDF + f"% {number}\n".encode(), "application/pdf", headers)
            case ["GET", "Dokumente", number, "Text"] if number.isdigit():
                return Answer(200, TEXT.encode(), "text/plain; charset=utf-8")
            case [_, "Echo"]:
                return self.echo(request)
            case [_, "Fehler"]:
                return json_answer({"Message": "Die Akte ist gesperrt.", "Code": 4711, "Feld": "az"}, 422)
            case ["GET", "Gross"]:
                return self.large()
            case [_, "Leer"]:
                return Answer(204)
        raise AdvowareError(404, "Es wurde keine HTTP-Ressource gefunden.")

    def echo(self, request: Request) -> Answer:
        query = parse_qsl(request.query_string.decode("latin-1"), keep_blank_values=True)
        body = request.get_data()
        found = {
            "method": request.method,
            "query": [list(pair) for pair in query],
            "contentType": request.headers.get("Content-Type", ""),
            "accept": request.headers.get("Accept", ""),
            "bytes": len(body),
            "text": body.decode("utf-8", "replace")[:1000],
        }
        return wire.answer(self.settings, found)

    def large(self) -> Answer:
        size = int(self.settings.large_body_mb * MEGABYTE)
        block = bytes(range(256)) * 256
        body = (block * (size // len(block) + 1))[:size]
        return Answer(200, body, "application/octet-stream", chunk=self.settings.large_body_chunk)
