"""`python -m w2v` and the console script `w2v`."""

from __future__ import annotations


def main() -> None:
    """Run the command line."""
    import gc

    # numba's import makes 100,000s of objects and no garbage: with Python's usual 700 the search for it took 0.1 s of a
    # training of 1.6 s.
    gc.set_threshold(200_000, 10, 10)

    from w2v import kernels
    from w2v.cli import cli, process, progress

    process.replace_streams()
    process.answer_cut_files()
    kernels.notify = progress.note_between
    try:
        cli(prog_name="w2v")
    except SystemExit as end:
        if end.code is None or isinstance(end.code, int):
            process.leave(end.code or 0)
        raise
    except Exception:
        import sys
        import traceback

        from w2v import __version__

        traceback.print_exc()
        print(
            f"This is a bug in w2v {__version__}. Please report it where you have w2v from, with the lines above and"
            " the command.",
            file=sys.stderr,
        )
        sys.exit(1)


if __name__ == "__main__":
    main()
