"""What is counted: readings and rules make outcomes, outcomes make results.

Papers come in from ``store``; outcomes, results and discrepancies go out to ``review``
and ``report``. Everything here is pure and exact: no images, no SQL, no clocks, no
chance, and no floating point in any decision.
"""
