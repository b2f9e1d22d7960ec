"""A map as one HTML file that needs no network: hover, search, zoom, neighbours.

The page is `page.html` of this folder, its script and style inside it; here the words go in, as JSON that cannot
end the script around it: a word may be `</script>`.
"""

from __future__ import annotations

import html
import json
from importlib.resources import files

from w2v.maps.map import Map
from w2v.maps.picture import COLOURS, MARKED, PLAIN

DIGITS = 4  # of a place and a cosine: a thousandth of a pixel, and what the commands print


def page(map: Map) -> str:
    """Return the page."""
    spread = float(abs(map.points).max()) or 1.0  # places from -1 to 1: the page knows no other scale
    data = {
        "words": map.words,
        "points": [[round(x / spread, DIGITS), round(y / spread, DIGITS)] for x, y in map.points.tolist()],
        "spread": spread,
        "marked": sorted(map.marked),
        "arrows": map.arrows,
        "clusters": None if map.clusters is None else map.clusters.tolist(),
        "names": map.names,
        "axes": map.axes,
        "equal": map.equal,
        "neighbors": [[[i, round(cosine, DIGITS)] for i, cosine in row] for row in map.neighbors],
        "colours": COLOURS,
        "plain": PLAIN,
        "markedColour": MARKED,
    }
    template = files("w2v.maps").joinpath("page.html").read_text("utf-8")
    # The words last: what they say is not looked through again.
    return template.replace("{{title}}", html.escape(map.title)).replace("{{data}}", embedded(data))


def embedded(data: object) -> str:
    """Return JSON that can be in a <script>: no `<`, and no line ends that scripts once did not allow.

    >>> embedded("</script>")
    '"\\\\u003c/script>"'
    """
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
