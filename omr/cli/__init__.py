"""The command line: the only room that prints, asks or exits.

``main`` gathers the commands and turns every error into one clear line and the documented exit
code; each other file holds the commands of one step of the vote, and hands the work to the rooms.
"""
