"""w2v explore: a page in the browser, to see the vectors and to ask them."""

from __future__ import annotations

import contextlib
from pathlib import Path

import click

from w2v.cli import answers, options


@click.command()
@options.vectors
@click.option("--beside", type=click.Path(path_type=Path), help="A second file of vectors, shown beside the first.")
@click.option("--port", type=int, default=0, show_default="a free one", help="Port to listen on.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on; others can then ask too.")
@click.option("--open/--no-open", "opened", default=True, help="Open the page in the browser.")
def explore(vectors: Path, beside: Path | None, port: int, host: str, opened: bool) -> None:
    """Explore vectors in the browser: a map, neighbours, analogies, axes. Ctrl-C ends it.

    The page is served by this program on this machine and fetches nothing from elsewhere.

    \b
        $ w2v explore
        $ w2v explore -v 1900.txt --beside 2000.txt --no-open --port 8080
    """
    from w2v.explorer import server
    from w2v.explorer.guard import is_loopback

    with contextlib.closing(server.listen(host, port)) as listening:
        files = [(path, answers.load(path).by_title()) for path in (vectors, beside) if path is not None]
        address = server.address(listening)

        def ready() -> None:
            click.echo(f"{address}  (Ctrl-C ends it)")
            if not is_loopback(host):
                click.echo("Note: everyone who reaches this machine can read these vectors.", err=True)
            if opened:
                click.launch(address)

        server.serve(files, listening, host, ready)
