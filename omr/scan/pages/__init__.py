"""Files to pages: what kind a file is, its embedded pictures, one upright picture a page."""
