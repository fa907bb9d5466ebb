"""omr: print, scan, review and count paper ballots of a confidence vote.

The rooms, in the order a ballot walks through them: ``election`` (what is voted
on), ``ballot`` (what is printed), ``scan`` (what is read), ``tally`` (what is
counted), ``store`` (what is kept), ``review`` (what people decide), ``report``
(what is published), ``rehearse`` (pretend voters and scanners) and ``cli``.
Imports go one way only, up that list; ``tests/test_layers.py`` holds them to it.
"""

__version__ = "0.1.0"
