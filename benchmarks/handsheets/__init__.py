"""Hand-made sheets: pretend papers for the published figures, with known truth.

The printed ballot is the real one; everything after the printer is modelled here: how a hand
moves, how a pen lays ink, how paper wears, how scanners and phones see it. It shares nothing
with the generator that the reader was tuned on (``omr.rehearse``), so that a figure measured
here was not learnt by heart. A paper and a scan of it are two things: the same physical paper
can be scanned again.
"""
