"""The ``fastvec`` command."""

import sys

__all__ = ["main"]


def main() -> None:
    """Run the command line and exit."""
    try:
        from .app import main as run
    except KeyboardInterrupt:  # before the command line has begun to heed signals
        print("fastvec: interrupted", file=sys.stderr)
        raise SystemExit(130) from None
    run()
