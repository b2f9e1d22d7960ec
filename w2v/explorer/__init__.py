"""A page to explore vectors with, and the server behind it, which answers on this machine alone.

    atlas     the map of one file of vectors, as far as a process of its own has drawn it
    answers   questions to vectors -> what the page shows, as plain dicts
    timeouts  how long a connection may keep the server waiting
    guard     which requests are answered at all, what they ask, and the headers of answers
    server    addresses -> answers
    page/     what the browser is given: HTML, CSS, JavaScript; nothing is fetched from elsewhere

Needs the extra w2v[explore], starlette and uvicorn, in `server` alone.
"""
