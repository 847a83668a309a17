"""What stands at an address where nothing is: the pages that there are, in the same style."""

from __future__ import annotations

from html import escape

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response

from dashboards.app import STYLE, routes

PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Carveout: nothing at this address</title>
<style>body {{ margin: 0 }}
{style}</style>
</head>
<body class="theme--light">
<script>
let colours = null
try {{ colours = JSON.parse(localStorage.getItem(":solara:theme.variant")) }} catch (none) {{}}
const night = matchMedia("(prefers-color-scheme: dark)").matches
if (colours === "dark" || (colours !== "light" && night)) document.body.className = "theme--dark"
</script>
<div class="co-page">
<header class="co-header">
<span class="co-brand">Carveout</span><nav aria-label="Pages">{links}</nav>
</header>
<main class="co-main" id="main">
<h1>Nothing is at this address</h1>
<p class="co-lead">There is no page <code>{path}</code>. It may be mistyped, or cut off at its end.
The pages above are all that there are; <a href="/">Compare</a> is the first of them.</p>
</main>
</div>
</body>
</html>
"""


async def nowhere(request: Request, error: Exception) -> Response:
    """The page of status 404; a line of text for who asks for no page."""
    if "text/html" not in request.headers.get("accept", ""):
        told = error.detail if isinstance(error, HTTPException) else "Not found"
        return PlainTextResponse(told, 404)
    links = "".join(f'<a href="/{each.path.strip("/")}">{each.label}</a>' for each in routes)
    page = PAGE.format(style=STYLE, links=links, path=escape(request.url.path))
    return HTMLResponse(page, 404)
