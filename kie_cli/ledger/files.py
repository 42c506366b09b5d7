"""The files of this machine: saved results, what transfers left, what was uploaded."""

from __future__ import annotations

import os
from typing import NamedTuple

from kie_cli.core.media import Leftover
from kie_cli.ledger.database import NOTED
from kie_cli.ledger.room import Room

_SAVING = """
    INSERT OR REPLACE INTO files (origin, task_id, position, path, size, sha256, url, state)
    VALUES (:origin, :task_id, :position, :path, :size, :sha256, :url, 'saving')
"""
_ONE = "WHERE origin = :origin AND task_id = :task_id AND position = :position"
_SAVED = f"UPDATE files SET state = 'saved' {_ONE}"  # noqa: S608
_PART = """
    INSERT OR REPLACE INTO parts (origin, task_id, position, path, url, validator)
    VALUES (:origin, :task_id, :position, :path, :url, :validator)
"""
_NO_PART = f"DELETE FROM parts {_ONE}"  # noqa: S608
_LEFT = f"""
    SELECT parts.path, parts.url, validator, sha256
    FROM parts LEFT JOIN files USING (origin, task_id, position) {_ONE}
"""  # noqa: S608
_SAVED_PATHS = """
    SELECT task_id, path FROM files WHERE origin = :origin AND state = 'saved'
    ORDER BY task_id, position
"""


class SavedFile(NamedTuple):
    """A result on this disk. `state`: `saving` until the file has its final name, then `saved`."""

    path: str
    size: int
    sha256: str
    state: str
    url: str


class Files(Room):
    """Where results were saved, what interrupted transfers left, where uploads lie."""

    def saving(
        self, task_id: str, position: int, path: str, size: int, sha256: str, url: str
    ) -> None:
        """Note a whole result file that is about to get its final name."""
        file = {"path": os.fsencode(path), "size": size, "sha256": sha256, "url": url}
        with self._db.writing(NOTED) as run:
            run(_SAVING, origin=self._origin, task_id=task_id, position=position, **file)

    def saved(self, task_id: str, position: int) -> None:
        """Note that the file of `saving` has its final name, and that no part is left."""
        row = {"origin": self._origin, "task_id": task_id, "position": position}
        with self._db.writing(NOTED) as run:
            run(_SAVED, **row)
            run(_NO_PART, **row)

    def growing(self, task_id: str, position: int, left: Leftover) -> None:
        """Note a part that is about to be written, which an interruption will leave."""
        row = {"origin": self._origin, "task_id": task_id, "position": position}
        path = os.fsencode(left.path)
        with self._db.writing(NOTED) as run:
            run(_PART, **row, path=path, url=left.url, validator=left.validator)

    def gone(self, task_id: str, position: int) -> None:
        """Note that no part of a result is left."""
        with self._db.writing(NOTED) as run:
            run(_NO_PART, origin=self._origin, task_id=task_id, position=position)

    def leftover(self, task_id: str, position: int) -> Leftover | None:
        """Return what an interrupted transfer may have left of a result."""
        rows = self._db.rows(_LEFT, origin=self._origin, task_id=task_id, position=position)
        return next((Leftover(os.fsdecode(row[0]), *row[1:]) for row in rows), None)

    def saved_files(self, task_id: str) -> dict[int, SavedFile]:
        """Return the files of a task by position, those of other machines' tasks too."""
        where = "SELECT * FROM files WHERE origin = :origin AND task_id = :id ORDER BY position"
        return {
            row["position"]: SavedFile(
                os.fsdecode(row["path"]), row["size"], row["sha256"], row["state"], row["url"]
            )
            for row in self._db.rows(where, origin=self._origin, id=task_id)
        }

    def upload_url(self, sha256: str, host: str, key: str, newer_than: float) -> str | None:
        """Return where these bytes lie, if they were uploaded with this key since then."""
        where = """
            SELECT url FROM uploads
            WHERE sha256 = :sha256 AND host = :host AND key = :key AND at > :than
        """
        rows = self._db.rows(where, sha256=sha256, host=host, key=key, than=newer_than)
        return rows[0]["url"] if rows else None

    def remember_upload(self, sha256: str, host: str, key: str, url: str) -> None:
        """Note where these bytes lie from now on."""
        sql = "INSERT OR REPLACE INTO uploads VALUES (:sha256, :host, :key, :url, :now)"
        with self._db.writing(NOTED) as run:
            run(sql, sha256=sha256, host=host, key=key, url=url, now=self._clock.now())

    def _paths(self, task_id: str | None) -> tuple[str, ...]:
        files = self.saved_files(task_id).values() if task_id else ()
        return tuple(file.path for file in files if file.state == "saved")

    def _all_paths(self) -> dict[str, tuple[str, ...]]:
        """Return what `_paths` does, of every task that has files."""
        found: dict[str, tuple[str, ...]] = {}
        for row in self._db.rows(_SAVED_PATHS, origin=self._origin):
            found[row[0]] = (*found.get(row[0], ()), os.fsdecode(row[1]))
        return found
