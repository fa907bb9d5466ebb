"""The count folder: everything of one vote in one place that can be zipped and moved.

``election.yaml`` is the definition, ``keys/`` the secrets, ``count.db`` the record,
``pages/`` the page images, ``out/`` what is made for people.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from omr.errors import InputError
from omr.store.record import Record

DEFINITION = "election.yaml"
_KEYS_MODE = 0o700


@dataclass(frozen=True, slots=True)
class CountFolder:
    """The folder of one vote."""

    root: Path

    @classmethod
    def create(
        cls, path: Path, definition_text: str, beside: Mapping[str, str] | None = None
    ) -> CountFolder:
        """Make a new count folder with an empty record.

        Args:
            path: A folder that is not there yet, or is empty.
            definition_text: Content of ``election.yaml``; kept as NFC.
            beside: Name and content of the files that the definition refers to.

        Raises:
            InputError: The folder holds something, or cannot be made.
        """
        try:
            if path.exists() and (not path.is_dir() or any(path.iterdir())):
                raise InputError(
                    f"{path}: đã có nội dung. Hãy chọn tên thư mục mới, hoặc một thư mục trống.",
                    f"{path} holds something already. Choose a new name, or an empty folder.",
                )
            path.mkdir(parents=True, exist_ok=True)
            folder = cls(path)
            for part in (folder.pages, folder.out):
                part.mkdir()
            folder.keys.mkdir(mode=_KEYS_MODE)
            # The umask may have taken from the mode, never added to it.
            folder.keys.chmod(_KEYS_MODE)
            for name, text in {**(beside or {}), DEFINITION: definition_text}.items():
                content = unicodedata.normalize("NFC", text)
                (path / name).write_text(content, encoding="utf-8")
        except OSError as error:
            raise InputError(
                f"{path}: không tạo được thư mục kiểm phiếu ({error.strerror}).",
                f"{path}: the count folder cannot be made ({error.strerror}).",
            ) from error
        Record.create(folder.database, folder.pages).close()
        return folder

    @classmethod
    def open(cls, path: Path) -> CountFolder:
        """Return an existing count folder.

        Raises:
            InputError: It is not there, or is not a count folder.
        """
        if not path.is_dir():
            raise InputError(
                f"{path}: không có thư mục này. Hãy kiểm tra lại đường dẫn sau “-C”,"
                " hoặc tạo mới bằng lệnh “omr new”.",
                f"{path}: there is no such folder. Check the path after “-C”,"
                " or make one with “omr new”.",
            )
        folder = cls(path)
        if not folder.definition.is_file():
            raise InputError(
                f"{path}: không phải thư mục kiểm phiếu (thiếu {DEFINITION}). Hãy vào đúng thư"
                " mục, chỉ rõ bằng “-C THƯ-MỤC”, hoặc tạo mới bằng lệnh “omr new”.",
                f"{path} is not a count folder (it has no {DEFINITION}). Go to the right folder,"
                " name it with “-C DIR”, or make one with “omr new”.",
            )
        return folder

    @property
    def definition(self) -> Path:
        """The definition of the vote."""
        return self.root / DEFINITION

    @property
    def keys(self) -> Path:
        """The secrets; for the owner's eyes alone."""
        return self.root / "keys"

    @property
    def database(self) -> Path:
        """The record."""
        return self.root / "count.db"

    @property
    def pages(self) -> Path:
        """The page images, by content hash."""
        return self.root / "pages"

    @property
    def out(self) -> Path:
        """What is made for people: ballots, minutes, exports."""
        return self.root / "out"

    def record(self, *, readonly: bool = False) -> Record:
        """Open the record; close it after use, or use it in a ``with`` statement.

        Raises:
            InputError: There is none, it is not ours, or a newer version made it.
            DamagedError: The file is not a database any more.
        """
        return Record.open(self.database, self.pages, readonly=readonly)

    def key_path(self, name: str) -> Path:
        """Return where the secret of this name stands; ``ballot.keys`` writes and reads it."""
        return self.keys / name
