"""Who may come in, and what is sent with every page."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

import pytest

from dashboards.files import as_csv
from dashboards.folders import VARIABLE, file_of, found, named
from dashboards.own_assets import OwnAssets
from dashboards.server import Guard, _listen, allowed_hosts, is_loopback, mended
from experiments.cli import build_parser, main, parse
from model.faults import BadInput

PAGE = b"<!doctype html>\n<html>\n<meta name=\"viewport\" content=\"width=device-width, " \
       b"initial-scale=1, maximum-scale=1, user-scalable=no, minimal-ui\">"


def finished(coroutine):
    """What a coroutine gives, run in a thread of its own: Playwright's loop may run in this one."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, coroutine).result()



async def inner(scope, receive, send):
    if scope["type"] == "websocket":
        await send({"type": "websocket.accept"})
        return
    await send({"type": "http.response.start", "status": 200,
                "headers": [(b"content-type", b"text/html"),
                            (b"content-length", str(len(PAGE)).encode())]})
    await send({"type": "http.response.body", "body": PAGE})


def answer(kind="http", path=b"/", query=b"", method="GET", **headers):
    sent = []

    async def send(message):
        sent.append(message)

    pairs = [(key.encode(), value.encode()) for key, value in headers.items()]
    scope = {"type": kind, "method": method, "raw_path": path, "query_string": query,
             "headers": pairs}
    finished(Guard(inner, allowed_hosts("127.0.0.1"))(scope, None, send))
    return sent


HERE = {"host": "127.0.0.1:8765"}


@pytest.mark.parametrize("host", ["127.0.0.1:8765", "localhost:8765", "[::1]:8765"])
def test_this_machine_may_come_in_by_each_of_its_names(host):
    assert answer(host=host)[0]["status"] == 200


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "", "[", "a@b"])
def test_another_name_for_this_machine_is_refused(host):
    assert answer(host=host)[0]["status"] == 403


def test_a_page_elsewhere_may_neither_open_a_socket_nor_post():
    ours, theirs = "http://127.0.0.1:8765", "http://evil.example"
    assert answer("websocket", origin=ours, **HERE)[0]["type"] == "websocket.accept"
    assert answer("websocket", origin=theirs, **HERE)[0]["type"] == "websocket.close"
    assert answer(method="POST", origin=theirs, **HERE)[0]["status"] == 403
    assert answer(method="POST", origin="null", **HERE)[0]["status"] == 403


def test_an_endless_address_is_refused():
    assert answer(query=b"a=" + b"x" * 20_000, **HERE)[0]["status"] == 403


def test_a_page_has_a_language_may_be_zoomed_and_loads_nothing_from_elsewhere():
    start, body = answer(**HERE)
    headers = dict(start["headers"])
    assert b'<html lang="en">' in body["body"]
    assert b"user-scalable" not in body["body"] and b"maximum-scale" not in body["body"]
    assert int(headers[b"content-length"]) == len(body["body"])
    policy = headers[b"content-security-policy"].decode()
    assert "default-src 'self'" in policy and "frame-ancestors 'none'" in policy
    assert "http" not in policy and "*" not in policy
    assert headers[b"x-content-type-options"] == b"nosniff"


def test_the_colours_are_those_of_the_machine():
    assert mended(b'var theme = {"variant": "light"}') == b'var theme = {"variant": "auto"}'
    assert mended(b"<v-progress-linear absolute>") == (
        b'<v-progress-linear aria-label="Waiting" absolute>')


@pytest.mark.parametrize(("address", "alone"), [
    ("127.0.0.1", True), ("127.8.8.8", True), ("::1", True), ("localhost", True),
    ("0.0.0.0", False), ("192.168.1.20", False), ("::", False), ("example.org", False),
])
def test_what_only_this_machine_reaches_is_known(address, alone):
    assert is_loopback(address) is alone
    assert bool(allowed_hosts(address)) is alone


def test_it_listens_on_this_machine_unless_told_otherwise():
    arguments = parse(build_parser(), ["dashboard"])
    assert arguments.host == "127.0.0.1"


@pytest.mark.parametrize("words", [["--port", "x"], ["--port", "70000"],
                                   ["--host", "not a host"], ["--host", "203.0.113.7"]])
def test_an_address_that_cannot_be_had_is_told_in_a_line(words, capsys):
    assert main(["dashboard", *words]) == 2
    said = capsys.readouterr().err.strip()
    assert len(said.splitlines()) == 1 and "Traceback" not in said


def test_a_port_in_use_is_told():
    with _listen("127.0.0.1", 0) as first, pytest.raises(BadInput, match="free port"):
        _listen("127.0.0.1", first.getsockname()[1])


def test_no_cell_of_a_table_is_a_formula():
    import pandas as pd

    table = pd.DataFrame({"=name": ["=1+1", "+a", "-b", "@c", "\td", "plain", None],
                          "value": [-1.0, 2, 3, 4, 5, 6, 7]})
    lines = as_csv(table).splitlines()
    assert lines[0] == "'=name,value"
    assert lines[1] == "'=1+1,-1.0"
    assert [line[0] for line in lines[2:6]] == ["'"] * 4
    assert lines[6] == "plain,6.0"


def test_only_listed_results_are_opened(tmp_path, monkeypatch):
    monkeypatch.setenv(VARIABLE, str(tmp_path / "results"))
    inside, outside = tmp_path / "results" / "mine", tmp_path / "secret"
    for folder in (inside, outside):
        folder.mkdir(parents=True)
        (folder / "manifest.json").write_text('{"kind": "carveout results"}')
    (outside / "key.csv").write_text("secret")
    (inside / "link.csv").symlink_to(outside / "key.csv")
    (inside / "table.csv").write_text("a\n1\n")
    (inside / "run.sh").write_text("echo")
    assert [one.name for one in found()] == ["mine"]
    assert file_of("mine", "table.csv") == inside / "table.csv"
    for folder, file in (("mine", "link.csv"), ("mine", "run.sh"), ("mine", "../mine/table.csv"),
                         ("../secret", "key.csv"), ("", "table.csv")):
        assert file_of(folder, file) is None
    with pytest.raises(BadInput):
        named("../secret")


def test_scripts_are_served_from_this_machine_and_never_taken_away(tmp_path):
    folder = tmp_path / "package@1.0.0"
    folder.mkdir()
    (folder / "main.js").write_text("1")
    files = OwnAssets(directory=tmp_path)
    scope = {"type": "http", "method": "GET", "headers": []}
    given = finished(files.get_response("package@1.0.0/main.js", scope))
    assert given.status_code == 200 and "immutable" in given.headers["Cache-Control"]
    for path in ("package@1.0.0", "absent@1.0.0/main.js", "../secret"):
        with pytest.raises(Exception, match="404"):
            finished(files.get_response(path, scope))
    assert (folder / "main.js").exists()
