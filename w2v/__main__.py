"""`python -m w2v` and the console script `w2v`."""

from __future__ import annotations


def main() -> None:
    """Run the command line."""
    from w2v.cli import cli

    cli(prog_name="w2v")


if __name__ == "__main__":
    main()
