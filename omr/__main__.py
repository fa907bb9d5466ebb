"""The commands as ``python -m omr``."""

from omr.cli.main import main

if __name__ == "__main__":
    main()
