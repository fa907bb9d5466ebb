"""Pretend voters, printers and scanners: stacks with known truth, for rehearsals and tests."""
