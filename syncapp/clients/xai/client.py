"""What the hub asks of xAI."""

from __future__ import annotations

from syncapp.clients.xai.collections import COLLECTIONS, XaiCollections
from syncapp.clients.xai.files import FILES, XaiFiles


class XaiClient(XaiFiles, XaiCollections):
    """Every method raises ``ClientError`` and nothing else. Use one instance for one step."""

    def ping(self) -> None:
        """One row of files and one of collections: proves both hosts and both keys, and changes nothing."""
        self.ask(self._files_host, FILES, [("limit", "1"), ("sort_by", "created_at")])
        self.ask(self._collections_host, COLLECTIONS, [("limit", "1")])
