"""What time, stationery, seals and scanners leave, each told from what a pen can draw."""
