"""What is published: result tables, cast vote records, minutes.

In come plain values (an election, its results, outcomes, page readings); out go JSON,
CSV, XLSX, tables for the terminal and the PDF of the minutes. Nothing here counts:
every figure is taken as ``tally`` made it.
"""
