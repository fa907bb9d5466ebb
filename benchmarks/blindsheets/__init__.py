"""Filled-in ballots from a generator that knows nothing of the reader or of other generators.

The room goes from the inside out:

- ``tooth``: the grain of paper, as tiles of noise.
- ``trace``: what a hand does: a path in millimetres with pressure and speed along it.
- ``hand``: whose hand it is: how firm, how fast, how old.
- ``pens`` and ``ink``: what the pen leaves of a path, as light taken away.
- ``found``: ink of real people, from the pictures in ``ink/`` (see ``ink/README.md``).
- ``marks``: votes, in their many shapes.
- ``writing``: words, numbers, signs, signatures.
- ``strikes``, ``notes``: names struck; anything added to a paper, and where.
- ``seals``: the red seal of the body that votes.
- ``plans``, ``faults``: what a voter does on a paper, and what a person must say of it.
- ``papers``: the door: ``BlindPaper``, ``BLIND_FAMILIES``, ``blind_papers``.
- ``machines``: printers, wear and scanners, an own room.

Everything that a paper shows follows from the name of its family, a seed and its number.
"""
