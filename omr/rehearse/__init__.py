"""What is rehearsed: pretend voters, printers and scanners with known truth.

``stack.make_stack`` is the way in. The room draws what a scanner would hand over and writes
down what is true of it; nothing here reads ballots, and nothing that reads them looks here.
"""
