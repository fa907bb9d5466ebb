"""Marks by shape: whose stroke it is, where it runs, and whether a box is marked."""
