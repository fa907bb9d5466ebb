"""The ready-made definitions of ``ballot_templates/``: which there are, and where they lie.

They lie beside the package in a checkout and inside it once installed from a wheel.
"""

from __future__ import annotations

from pathlib import Path

from omr.election.wording import nearest
from omr.errors import InputError

_PACKAGE = Path(__file__).resolve().parent.parent
_FOLDERS = (_PACKAGE.parent / "ballot_templates", _PACKAGE / "_data" / "ballot_templates")
_SUFFIXES = (".yaml", ".xlsx")


def templates() -> dict[str, Path]:
    """Return the file of each template by its name without suffix, such as ``tin-nhiem.vi``.

    Raises:
        InputError: The folder of templates is missing from this installation.
    """
    for folder in _FOLDERS:
        found = {
            path.name.removesuffix(suffix): path
            for suffix in _SUFFIXES
            for path in folder.glob(f"*{suffix}")
        }
        if found:
            return dict(sorted(found.items()))
    raise InputError(
        "Không tìm thấy thư mục ballot_templates — cài đặt lại omr.",
        "The folder ballot_templates is missing — install omr again.",
    )


def find_template(name: str) -> Path:
    """Return the file of a template.

    Args:
        name: Its name with or without suffix and language: ``tin-nhiem.vi.yaml``,
            ``tin-nhiem.vi`` or ``tin-nhiem``.

    Raises:
        InputError: There is none of this name.
    """
    known = templates()
    wanted = name.strip().casefold()
    for title, path in known.items():
        if wanted in {title, path.name, title.partition(".")[0]}:
            return path
    listed = ", ".join(known)
    close = nearest(wanted, known)
    hint_vi = f"có phải là “{close}”? " if close else ""
    hint_en = f"did you mean “{close}”? " if close else ""
    raise InputError(
        f"Không có mẫu phiếu “{name}” — {hint_vi}các mẫu có sẵn: {listed}.",
        f"There is no template “{name}” — {hint_en}there are: {listed}.",
    )
