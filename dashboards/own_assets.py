"""Scripts, styles and fonts of the pages: files of this machine, and nothing else.

Solara's own proxy fetches what is missing from a content network, and empties a folder whose name
somebody asks for; this serves the files that the package solara-assets brought, and only those.
"""

from __future__ import annotations

from typing import Any

from starlette.responses import Response
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles


class OwnAssets(StaticFiles):
    """Static files that browsers may keep: their addresses hold versions."""

    async def get_response(self, path: str, scope: Any) -> Response:
        """The file at `path`, or a 404."""
        response = await super().get_response(path, scope)
        if response.status_code in (200, 304):
            response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response


def own_assets() -> Mount:
    """Where Solara's pages look for their scripts."""
    from solara.server import settings
    from solara.server.cdn_helper import cdn_url_path

    return Mount(f"/{cdn_url_path}", app=OwnAssets(directory=settings.assets.proxy_cache_dir))
