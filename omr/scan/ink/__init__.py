"""Ink that nobody printed, less what is only paper: tints, stains, creases, shades of folds."""
