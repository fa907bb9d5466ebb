"""What is voted on: the election, its voter groups, officials, options and rules.

The door is :mod:`omr.election.load`; the values that come out are :mod:`omr.election.model`.
"""
