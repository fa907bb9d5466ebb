"""Where a page lies: its code, its fiducials, the plane, bends and folds, each printed box."""
