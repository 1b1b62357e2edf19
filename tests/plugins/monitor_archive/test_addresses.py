"""Recordings on a web server of this machine, which gives parts of a file when it is asked for them, and on one that
speaks as much of S3 as is needed to list and to read: ListObjectsV2, HeadObject and GetObject with a range."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from html import escape
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pandas as pd
import pytest

from monitor.engine.run import Run
from monitor.plugin.registry import Plugins, Registration
from monitor.settings import Settings, load_settings
from monitor.store import Store, queue
from monitor_archive.files import find
from monitor_archive.worker import Worker
from tests.conftest import Brightness, make_clip

RECIPE = "a recipe"


class WebServer(ThreadingHTTPServer):
    """Serves a folder, with a list of what is in it."""

    daemon_threads = True

    def __init__(self, folder: Path, handler: type[SimpleHTTPRequestHandler] | None = None) -> None:
        super().__init__(("127.0.0.1", 0), partial(handler or Handler, directory=str(folder)))
        self.gives_parts, self.refuses = True, False
        self.parts: list[str] = []
        """The parts that were asked for, as `bytes=0-99`."""
        self.address = f"http://127.0.0.1:{self.server_address[1]}"
        threading.Thread(target=self.serve_forever, daemon=True).start()


class Handler(SimpleHTTPRequestHandler):
    server: WebServer

    def send_head(self) -> Any:
        part = self.headers.get("Range")
        path = Path(self.translate_path(self.path))
        if not part or not path.is_file() or not self.server.gives_parts:
            return super().send_head()
        self.server.parts.append(part)
        content = path.read_bytes()
        first, _, last = part.removeprefix("bytes=").partition("-")
        end = min(int(last) + 1, len(content)) if last else len(content)
        self.send_response(206)
        self.send_header("Content-Type", "video/mp4")
        self.send_header("Content-Length", str(end - int(first)))
        self.send_header("Content-Range", f"bytes {first}-{end - 1}/{len(content)}")
        self.end_headers()
        self.wfile.write(content[int(first) : end])
        return None

    def copyfile(self, source: Any, outputfile: Any) -> None:
        with suppress(ConnectionError):  # who asks may go away
            super().copyfile(source, outputfile)

    def log_message(self, *_: object) -> None:
        pass


class Bucket(Handler):
    """A folder whose folders are buckets, to whoever signs with the key `reader`."""

    def end_headers(self) -> None:
        if self.is_object:
            self.send_header("ETag", '"1"')
            if self.command == "GET":
                self.send_header("Last-Modified", self.date_time_string())
        super().end_headers()

    def send_head(self) -> Any:
        asked, path = urlsplit(self.path), Path(self.translate_path(self.path))
        self.is_object = path.is_file() and not asked.query
        signed = self.headers.get("Authorization", "").startswith("AWS4-HMAC-SHA256 Credential=reader/")
        if not signed or self.server.refuses:
            return self._answer(403)
        if asked.query:
            options = {name: values[0] for name, values in parse_qs(asked.query).items()}
            return self._answer(200, listed(path, options.get("prefix", ""), options.get("delimiter")))
        if self.is_object:
            return super().send_head()
        return self._answer(200 if path.parent == Path(self.directory) and path.is_dir() else 404)

    def _answer(self, status: int, content: str = "") -> BytesIO:
        self.send_response(status)
        self.send_header("Content-Length", str(len(content.encode())))
        self.end_headers()
        return BytesIO(content.encode())


def listed(bucket: Path, prefix: str, delimiter: str | None) -> str:
    """What ListObjectsV2 answers."""
    objects, prefixes = "", set()
    for path in sorted(path for path in bucket.rglob("*") if path.is_file()):
        key = path.relative_to(bucket).as_posix()
        head, found, _ = key.removeprefix(prefix).partition(delimiter) if delimiter else (key, "", "")
        if key.startswith(prefix) and found:
            prefixes.add(f"{prefix}{head}{found}")
        elif key.startswith(prefix):
            objects += (
                f"<Contents><Key>{escape(key)}</Key><Size>{path.stat().st_size}</Size><ETag>1</ETag>"
                "<LastModified>2026-01-01T00:00:00Z</LastModified></Contents>"
            )
    folders = "".join(f"<CommonPrefixes><Prefix>{escape(each)}</Prefix></CommonPrefixes>" for each in sorted(prefixes))
    return f"<ListBucketResult><IsTruncated>false</IsTruncated>{objects}{folders}</ListBucketResult>"


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    folder = tmp_path / "archive"
    folder.mkdir()
    make_clip(folder / "a talk.mp4", 6)
    (folder / "notes.txt").write_text("no recording")
    return folder


@pytest.fixture
def server(archive: Path) -> Iterator[WebServer]:
    with WebServer(archive) as server:
        yield server
        server.shutdown()


@pytest.fixture
def settings() -> Settings:
    return load_settings(analyzers=["brightness"], store="archive.db", batch_size=1)


@pytest.mark.parametrize("name", ["", "/a%20talk.mp4"])
def test_what_a_web_server_has_is_analysed_as_from_the_disk_and_gone_on_with(
    archive: Path, server: WebServer, settings: Settings, plugins: Plugins, name: str
) -> None:
    class Stopper(Brightness):
        def analyze(self, samples: list[Any]) -> list[list[Any]]:  # type: ignore[override]
            if samples[0].frame.index == 4:
                workers[-1].stop()
            return super().analyze(samples)

    Run([str(archive / "a talk.mp4")], settings.model_copy(update={"store": "local.db"}), plugins)()
    plugins.analyzers["brightness"] = Registration("analyzers", "brightness", Stopper, "tests")
    found = find([server.address + name])
    assert found.problems == []
    (file,) = found.files
    (local,) = find([archive]).files
    assert (file.path, file.digest) == (f"{server.address}/a%20talk.mp4", local.digest)
    workers = []
    with Store(settings.store, create=True) as store, Store("local.db") as alone:
        queue.enqueue(store, [file], RECIPE)
        for _ in range(2):
            workers.append(Worker(settings, plugins, RECIPE))
            workers[-1]()
        (session,) = store.sessions()
        assert session.state == "finished"
        assert store.sources(session.id)[0].name == file.path
        observed, expected = (each.observations(each.session(1)).drop(columns="source") for each in (store, alone))
        pd.testing.assert_frame_equal(observed, expected)
    assert server.parts


def test_a_web_server_that_gives_no_parts_is_a_problem_of_one_line(archive: Path, server: WebServer) -> None:
    server.gives_parts = False
    (archive / "long.mp4").write_bytes(bytes(6_000_000))  # more than what is asked for at once
    (problem,) = find([f"{server.address}/long.mp4"]).problems
    assert problem.startswith(
        f"{server.address}/long.mp4: cannot be read (The HTTP server doesn't appear to support range"
    )
    assert "\n" not in problem


def test_what_a_bucket_has_is_found_and_analysed_as_from_the_disk(
    archive: Path, settings: Settings, plugins: Plugins, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("obstore")
    (archive / "deep").mkdir()
    (archive / "deep" / "damaged.mp4").write_bytes(b"no video")
    with WebServer(archive.parent, Bucket) as server, Store(settings.store, create=True) as store:
        monkeypatch.setenv("AWS_ENDPOINT_URL", server.address)
        monkeypatch.setenv("AWS_ALLOW_HTTP", "true")
        monkeypatch.setenv("AWS_REGION", "here")
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "reader")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
        server.refuses = True
        (problem,) = find(["s3://archive"]).problems
        assert problem.startswith("s3://archive: cannot be read (")
        assert "\n" not in problem
        server.refuses = False
        found = find(["s3://archive", "s3://archive/a talk.mp4", "s3://archive/missing.mp4"])
        assert [each.path for each in found.files] == ["s3://archive/a talk.mp4", "s3://archive/deep/damaged.mp4"]
        assert found.files[0].digest == find([archive / "a talk.mp4"]).files[0].digest
        assert [problem.split(": ")[0] for problem in found.problems] == ["s3://archive/missing.mp4"]
        queue.enqueue(store, found.files, RECIPE)
        Worker(settings, plugins, RECIPE)()
        assert [each.state for each in queue.recordings(store)] == ["done", "failed"]
        assert store.samples(store.session("a talk")).number.tolist() == list(range(12))
        assert server.parts
        server.shutdown()
