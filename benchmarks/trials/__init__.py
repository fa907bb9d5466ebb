"""The trials: papers of known truth put before the reader, and what came of it.

``specimens`` makes papers from either generator, ``reading`` reads and judges them as the
program does, ``verdict`` holds the outcome against the truth, ``runs`` does so in many
processes and keeps the results, ``figures`` adds them up, ``record`` writes the report.
"""
