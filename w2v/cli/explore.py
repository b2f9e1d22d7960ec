"""w2v explore: a page in the browser, to see the vectors and to ask them."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from pathlib import Path

import click

from w2v.cli import answers, options
from w2v.cli.progress import note


@click.command()
@options.vectors
@click.option("--beside", type=click.Path(path_type=Path), help="A second file of vectors, shown beside the first.")
@click.option(
    "--colour-by",
    "table",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="CSV or TSV of words and a value each, numbers or classes, under a line of names: colours the map.",
)
@click.option("--port", type=int, default=0, show_default="a free one", help="Port to listen on.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on; others can then ask too.")
@click.option("--open/--no-open", "opened", default=True, help="Open the page in the browser.")
def explore(vectors: Path, beside: Path | None, table: Path | None, port: int, host: str, opened: bool) -> None:
    """Explore vectors in the browser: a map, neighbours, analogies, axes. Ctrl-C ends it.

    The page is served by this program on this machine and fetches nothing from elsewhere.

    \b
        $ w2v explore
        $ w2v explore -v 1900.txt --beside 2000.txt --no-open --port 8080
        $ w2v explore --colour-by feelings.csv
    """
    from w2v.errors import FormatError
    from w2v.explorer import server
    from w2v.explorer.column import read_column
    from w2v.explorer.guard import is_loopback

    with contextlib.closing(server.listen(host, port)) as listening:
        files = [(path, answers.load(path).by_title()) for path in (vectors, beside) if path is not None]
        for path, held in files:
            if not len(held):
                raise FormatError(path, "holds no words; there is nothing to see")
        column = None
        if table is not None:
            column, unknown = read_column(table, files[0][1])
            if unknown:
                lines = "1 line names a word" if unknown == 1 else f"{unknown:,} lines name words"
                note(f"{table}: {lines} that the vectors do not have")
        address = server.address(listening)

        def ready() -> None:
            click.echo(f"{address}  (Ctrl-C ends it)")
            if not is_loopback(host):
                click.echo("Note: everyone who reaches this machine can read these vectors.", err=True)
            if opened:
                _show(address)

        server.serve(files, listening, host, ready, column)


def _show(address: str) -> None:
    """Open the page in a browser if there is one; where not, the address that was printed is all there is to say."""
    if not sys.platform.startswith("linux"):
        click.launch(address)
    elif any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER")):
        with contextlib.suppress(OSError):  # without a browser, xdg-open names every one that it did not find
            subprocess.Popen(["xdg-open", address], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: S603, S607
