"""Files at xAI. Facts: https://docs.x.ai/developers/rest-api-reference/files."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from syncapp.clients.errors import NotFound, TooLarge
from syncapp.clients.xai.filenames import safe_filename
from syncapp.clients.xai.multipart import MultipartFile, length_of, new_boundary
from syncapp.clients.xai.rest import XaiRest, checked_id
from syncapp.clients.xai.types import SYSTEM, XaiFile

FILES = "/v1/files"


class XaiFiles(XaiRest):
    def upload(self, stream: BinaryIO, size: int, filename: str, content_type: str = "") -> XaiFile:
        """The whole stream from its start, never whole in memory. Not repeated after a lost answer: look for the marker
        in the newest files first, every upload makes a new file. ``TooLarge`` before anything is sent."""
        if size > self._config.max_file_bytes:
            raise TooLarge(SYSTEM, "over_limit")
        if length_of(stream) != size:
            raise ValueError("the stream does not have the announced size")
        name, boundary = safe_filename(filename), new_boundary()

        def body() -> MultipartFile:
            return MultipartFile(stream, size, name, content_type, boundary)

        headers = {
            "Content-Type": f"multipart/form-data; boundary={boundary}",
            "Content-Length": str(body().length),
        }
        return XaiFile.from_api(self.send_stream(self._files_host, FILES, headers, body))

    def file(self, file_id: str) -> XaiFile:
        """``NotFound`` when missing, deleted or expired."""
        return XaiFile.from_api(self.ask(self._files_host, f"{FILES}/{checked_id(file_id)}"))

    def files(self, newest_first: bool = True) -> Iterator[XaiFile]:
        """All files of the team."""
        query = [("order", "desc" if newest_first else "asc"), ("sort_by", "created_at")]
        for row in self.listing(self._files_host, FILES, "data", query):
            yield XaiFile.from_api(row)

    def delete_file(self, file_id: str) -> bool:
        """False when it was gone already."""
        try:
            self.tell(self._files_host, "DELETE", f"{FILES}/{checked_id(file_id)}")
        except NotFound:
            return False
        return True
