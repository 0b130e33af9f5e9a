"""`manage.py backup`"""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser

from syncapp.keeping import backups, nightly, restoring
from syncapp.keeping.manifest import Manifest
from syncapp.management.arguments import named_path
from syncapp.management.base import HubCommand, misused
from syncapp.management.keeping import NOT_DONE, at_work, megabytes, moment

NONE_MADE = "No backup was made."


class Command(HubCommand):
    help = (
        "Writes the whole database into one file, while the hub works: of one moment, with a checksum, read back from\n"
        "the disk before it gets its name. With the setting BACKUP_RECIPIENT it is encrypted (age).\n\n"
        "  manage.py backup FILE                       a new file of that name\n"
        "  manage.py backup FOLDER --keep 14           named by the time; of these the 14 newest stay\n"
        "  manage.py backup                            likewise, in the folder BACKUP_DIR\n"
        "  manage.py backup --check FILE               is it whole? With --identity KEYFILE: can it be opened?\n\n"
        "Settings (.env, hub.env) are not in it: keep them, and the key of the encryption, elsewhere.\n"
        "manage.py restore FILE brings it back."
    )
    exit_codes = {0: "the backup is there, or whole", NOT_DONE: "no backup was made, or it is not whole"}

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("target", nargs="?", type=named_path, metavar="FILE|FOLDER", help="where it goes")
        parser.add_argument("--keep", type=int, metavar="N", help="in a folder: how many stay (default: all)")
        parser.add_argument("--nightly", action="store_true", help="for a timer: staff are told when none is made")
        parser.add_argument("--check", action="store_true", help="look at FILE, and make none")
        parser.add_argument(
            "--identity", type=named_path, metavar="KEYFILE", help="with --check: the private key (age)"
        )

    def handle(self, *args: Any, target: Path | None, keep: int | None, check: bool, **options: Any) -> None:
        if check:
            if target is None:
                raise misused("Which file? manage.py backup --check FILE")
            with at_work("Backup", "It is not proved to be whole.") as progress:
                manifest = restoring.look(target, options["identity"], progress)
            self.stdout.write(f"{target} is whole: {_told(manifest)}.")
            return
        with nightly.written_down() if options["nightly"] else nullcontext():
            self._make(self._place(target, keep), keep or 0)

    def _place(self, target: Path | None, keep: int | None) -> Path:
        if target is None and settings.CONFIG.BACKUP_DIR:
            target = Path(settings.CONFIG.BACKUP_DIR)
            with at_work("Backup", NONE_MADE):
                target.mkdir(mode=0o700, parents=True, exist_ok=True)
        if target is None:
            raise misused("Where to? manage.py backup FILE, or set BACKUP_DIR")
        if keep is not None and (keep < 1 or not target.is_dir()):
            raise misused("--keep needs a number, 1 or more, and a folder that is there.")
        return target

    def _make(self, target: Path, keep: int) -> None:
        gone = 0
        with at_work("Backup", NONE_MADE) as progress:
            if target.is_dir():
                target, manifest, gone = backups.make_dated(target, keep, progress)
            else:
                manifest = backups.make(target, progress)
        self.stdout.write(f"{target}: {_told(manifest)}.")
        if gone:
            self.stdout.write(f"{gone} older went; the {keep} newest are there.")


def _told(manifest: Manifest) -> str:
    rows, how = sum(manifest.rows.values()), "encrypted" if manifest.encrypted else "not encrypted"
    database = f"{manifest.engine}, {len(manifest.rows)} tables, {rows:,} rows"
    return f"{database}, {megabytes(manifest.size)}, {how}, of {moment(manifest.made_at)}, program {manifest.version}"
