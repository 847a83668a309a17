"""The command that starts the dashboard; the dashboard itself loads when it is called."""

from __future__ import annotations

from experiments.cli import Command


def add(command: Command) -> None:
    """``carveout dashboard``."""
    parser = command(
        "dashboard", "compare regimes in a browser",
        "dashboards.server:serve",
        "examples:\n  carveout dashboard\n  carveout dashboard --port 0\n"
        "  carveout dashboard --host 192.168.1.20 --port 8080   others can reach it, too\n\n"
        "Needs the extra 'dashboard'; 'make dashboard' sets it up. Works without internet.",
    )
    parser.add_argument("--port", default="8765", metavar="N",
                        help="default: 8765; 0 takes a free one")
    parser.add_argument("--host", default="127.0.0.1", metavar="ADDRESS",
                        help="where to listen; default: 127.0.0.1, this machine alone")
    parser.add_argument("--results", default="results", metavar="DIR",
                        help="folder of finished results to show; default: results")
    parser.add_argument("--cold", action="store_true",
                        help="do not make the first page's comparison in advance")
