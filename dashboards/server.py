"""``carveout dashboard``: set Solara up, keep strangers out, say where it listens."""

from __future__ import annotations

import argparse
import ipaddress
import os
import re
import socket
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from experiments.settings import whole
from model.faults import BadInput, Fault
from model.scenario import brief

#: Set before Solara is imported, which reads them once. Nothing is fetched from, or sent to,
#: anywhere; a page that is closed, or out of reach for a few minutes, gives its memory back.
SETTINGS = {
    "SOLARA_TELEMETRY_MIXPANEL_ENABLE": "false",
    "SOLARA_ASSETS_PROXY": "true",
    "SOLARA_ASSETS_FONTAWESOME_ENABLED": "false",
    "SOLARA_KERNEL_CULL_TIMEOUT": "5m",
    "SOLARA_KERNEL_MAX_COUNT": "300",
    "SOLARA_THEME_LOADER": "plain",
    "SOLARA_THEME_SHOW_BANNER": "false",
    "SOLARA_THEME_TITLE": "Carveout",
    "SOLARA_THEME_VARIANT": "light",
    "SOLARA_MODE": "production",
    "SOLARA_SESSION_HTTP_ONLY": "true",
    "SOLARA_APP": "dashboards.app",
}
#: Vue compiles templates in the browser, which needs eval; all else comes from this server.
POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; "
    "connect-src 'self'; object-src 'none'; base-uri 'self'; form-action 'self'; "
    "frame-ancestors 'none'"
)
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
}
LONGEST_URL = 9_000
WAIT = "<p style='font-family:sans-serif;padding:1rem'>Carveout is loading …</p>"

Scope = MutableMapping[str, Any]
Call = Callable[..., Awaitable[None]]


def make_app() -> Any:
    """The ASGI application: Solara's, with downloads, behind `Guard`."""
    os.environ.update({key: os.environ.get(key, value) for key, value in SETTINGS.items()})
    from solara.server.starlette import app

    import dashboards.app  # noqa: F401  (so that the first visitor does not wait for it)
    from dashboards.files import routes
    from dashboards.nowhere import nowhere
    from dashboards.own_assets import own_assets

    app.add_exception_handler(404, nowhere)
    app.router.routes[:0] = [*routes(), own_assets()]
    return app


class Guard:
    """Refuses other names for this server and foreign pages; sends headers; mends the page's HTML.

    A page elsewhere may not open a socket here (its Origin differs), nor may a name that points
    here be used for it (DNS rebinding): the Host must be this server's.
    """

    def __init__(self, app: Call, hosts: frozenset[str]) -> None:
        self.app, self.hosts = app, hosts

    async def __call__(self, scope: Scope, receive: Call, send: Call) -> None:
        """Answer one request."""
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        headers = {key.decode("latin-1"): value.decode("latin-1") for key, value in
                   scope["headers"]}
        if not self._ours(scope, headers):
            await _refuse(scope, send)
            return
        if scope["type"] == "websocket":
            await self.app(scope, receive, send)
            return
        if "text/html" in headers.get("accept", ""):
            # What is to be mended must come as text, not packed.
            plain = [pair for pair in scope["headers"] if pair[0] != b"accept-encoding"]
            scope = {**scope, "headers": plain}
        await self.app(scope, receive, _Mending(send))

    def _ours(self, scope: Scope, headers: Mapping[str, str]) -> bool:
        host = _hostname("//" + headers.get("host", ""))
        if self.hosts and host not in self.hosts:
            return False
        if len(scope.get("raw_path") or b"") + len(scope["query_string"]) > LONGEST_URL:
            return False
        origin = headers.get("origin")
        asks = scope["type"] == "websocket" or scope["method"] not in ("GET", "HEAD")
        if not asks or origin is None:
            return True
        return urlsplit(origin).netloc.lower() == headers.get("host", "").lower()


class _Mending:
    """Adds headers to a response, and to its HTML what Solara's page lacks for everyone's use."""

    def __init__(self, send: Call) -> None:
        self.send, self.body = send, b""
        self.start: MutableMapping[str, Any] | None = None

    async def __call__(self, message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            there = {pair[0] for pair in message["headers"]}
            added = [(key.encode(), value.encode()) for key, value in HEADERS.items()
                     if key.encode() not in there]
            message["headers"] = [*message["headers"], *added]
            names = dict(message["headers"])
            if names.get(b"content-type", b"").startswith(b"text/html"):
                self.start = message
                return
        elif self.start is not None:
            self.body += message.get("body", b"")
            if message.get("more_body"):
                return
            body = mended(self.body)
            length = (b"content-length", str(len(body)).encode())
            pairs = [pair for pair in self.start["headers"] if pair[0] != b"content-length"]
            await self.send({**self.start, "headers": [*pairs, length]})
            message = {**message, "body": body}
        await self.send(message)


def mended(page: bytes) -> bytes:
    """Solara's page with a language, zooming allowed, names for its signs of waiting, and the
    colours that the machine asks for.

    (With Solara's own variant "auto" the page has no element to mount on.)
    """
    page = page.replace(b'"variant": "light"', b'"variant": "auto"', 1)
    page = re.sub(rb"<html\s*>", b'<html lang="en">', page, count=1)
    page = re.sub(rb"(<v-progress-(?:linear|circular))\b", rb'\1 aria-label="Waiting"', page)
    return page.replace(
        b"width=device-width, initial-scale=1, maximum-scale=1, user-scalable=no, minimal-ui",
        b"width=device-width, initial-scale=1",
    )


def _hostname(text: str) -> str:
    try:
        return (urlsplit(text).hostname or "").lower()
    except ValueError:
        return ""


async def _refuse(scope: Scope, send: Call) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008})
        return
    body = b"This address is not served here.\n"
    await send({"type": "http.response.start", "status": 403,
                "headers": [(b"content-type", b"text/plain"),
                            (b"content-length", str(len(body)).encode())]})
    await send({"type": "http.response.body", "body": body})


def allowed_hosts(address: str) -> frozenset[str]:
    """Names under which this server may be called; empty (any) where it listens to everybody."""
    local = {"localhost", "127.0.0.1", "::1"}
    if is_loopback(address):
        return frozenset(local | {address.lower()})
    return frozenset()


def is_loopback(address: str) -> bool:
    """Whether only this machine can reach `address`."""
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return address.lower() == "localhost"


def serve(arguments: argparse.Namespace) -> int:
    """``carveout dashboard``."""
    port = whole("port", arguments.port, 0, 65_535)
    listening = _listen(arguments.host, port)
    try:
        import uvicorn

        app = make_app()
    except ModuleNotFoundError as missing:
        found = f"package {missing.name} is not installed"
        raise BadInput(Fault(found, "make dashboard, or the extra 'dashboard'")) from None
    from dashboards.folders import VARIABLE
    from dashboards.follow import shared_runs
    from dashboards.warm import warm

    os.environ[VARIABLE] = str(Path(arguments.results).absolute())

    port = listening.getsockname()[1]
    shown = f"[{arguments.host}]" if ":" in arguments.host else arguments.host
    if is_loopback(arguments.host):
        print(f"Carveout listens on http://{shown}:{port} (this machine alone). Ctrl-C ends it.",
              flush=True)
    else:
        print(f"Carveout listens on http://{shown}:{port}\nwarning: anyone who can reach this "
              "address can use it and make this machine work; there is no log-in.", flush=True)
    config = uvicorn.Config(
        Guard(app, allowed_hosts(arguments.host)), log_level="warning", access_log=False,
        ws_max_size=1 << 20, limit_concurrency=2_000, timeout_graceful_shutdown=3,
        server_header=False,
    )
    if not arguments.cold:
        warm()
    try:
        uvicorn.Server(config).run(sockets=[listening])
    except KeyboardInterrupt:
        pass
    finally:
        shared_runs().close()
    return 0


def _listen(host: str, port: int) -> socket.socket:
    """A socket that listens; a fault if the address cannot be had."""
    stack = ExitStack()  # closes the socket unless all goes well
    try:
        family, kind, protocol, _, place = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listening = stack.enter_context(socket.socket(family, kind, protocol))
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(place)
        listening.listen(128)  # who comes while the server loads waits, and is not refused
    except (OSError, UnicodeError) as error:
        stack.close()
        reason = (getattr(error, "strerror", None) or str(error)).lower()
        found = f"found {brief(host)}, port {port}: {reason}"
        allowed = "an address of this machine and a free port (--port 0 finds one)"
        raise BadInput(Fault(found, allowed, key="host")) from None
    stack.pop_all()
    return listening
