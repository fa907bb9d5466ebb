"""How fast is paper read? Every stage beside the bare decoding of the same files, in one run.

    python benchmarks/speed.py
    python benchmarks/speed.py --pages 40 --seed 7 --kinds jpeg-grey-300 pdf-jpeg --json speed.json

draws ordinary office papers, writes them as files of every kind into a temporary folder, and
measures what decoding and each stage of reading take: CPU milliseconds of the process, medians
over the pages, files of all kinds in turn. Then the whole stack is read by one and by two
processes, one after the other and back, by the clock on the wall. The bars are printed beside the
figures; it only reports.
"""

from __future__ import annotations

import sys

# Reading processes load this file as their own first one. Like those of ``omr scan`` they shall
# hold the program, and nothing of what the papers are drawn with.
import omr.cli.main  # noqa: F401

if __name__ == "__main__":
    from trials.speed_report import main

    sys.exit(main(sys.argv[1:]))
