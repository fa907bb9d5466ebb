"""The grade of a scan, in plain words and with the remedy."""
