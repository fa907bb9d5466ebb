"""What C decoders write to standard error, caught: it is evidence, not conversation.

libjpeg (inside OpenCV) and libtiff (inside Pillow) fill a damaged page with grey or
with garbage and report success; that the data were bad they only print. So their
words are caught and read, and the user is spared them.
"""

from __future__ import annotations

import os
import sys
import tempfile
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

_STDERR_FD = 2
# File descriptor 2 and Python's warning filters belong to the whole process.
_one_at_a_time = threading.RLock()


@contextmanager
def native_messages() -> Iterator[list[str]]:
    """Catch what native code prints to standard error, and Python warnings.

    Yields:
        A list that holds the printed lines once the block has ended.
    """
    lines: list[str] = []
    with _one_at_a_time, warnings.catch_warnings(), tempfile.TemporaryFile() as caught:
        warnings.simplefilter("ignore")
        if sys.stderr is not None:
            sys.stderr.flush()
        saved = os.dup(_STDERR_FD)
        try:
            os.dup2(caught.fileno(), _STDERR_FD)
            yield lines
        finally:
            os.dup2(saved, _STDERR_FD)
            os.close(saved)
            caught.seek(0)
            lines.extend(caught.read().decode("utf-8", "replace").splitlines())
