"""`monitor batch`, with real workers."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from monitor.store import Store, queue
from tests.conftest import make_clip

COMMAND = [sys.executable, "-m", "monitor", "batch", "--store", "archive.db", "--analyzers"]
UNHURRIED = """
import time
from pathlib import Path
from monitor.plugin import hookimpl
from monitor.sample import Observation


class Unhurried:
    name, labels, needs_faces = "unhurried", ("bright", "dark"), False

    def analyze(self, samples):
        if Path("no-hurry").exists():
            time.sleep(0.2)
        return [[Observation(self.name, s.frame.source, s.frame.seconds, None, {"bright": 0.5, "dark": 0.5})]
                for s in samples]

    def close(self):
        pass


@hookimpl
def register_analyzers(register):
    register("unhurried", Unhurried)
"""
"""A plugin whose analyzer takes its time as long as the file `no-hurry` is there, and none else."""


@pytest.fixture
def _unhurried(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Processes find the plugin."""
    folder = tmp_path / "site"
    information = folder / "unhurried-1.0.dist-info"
    information.mkdir(parents=True)
    (information / "METADATA").write_text("Metadata-Version: 2.1\nName: unhurried\nVersion: 1.0\n")
    (information / "entry_points.txt").write_text("[monitor]\nunhurried = unhurried\n")
    (folder / "unhurried.py").write_text(UNHURRIED)
    monkeypatch.setenv("PYTHONPATH", str(folder), prepend=os.pathsep)


def batch(analyzer: str, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*COMMAND, analyzer, *words], capture_output=True, text=True)


def rows() -> list[tuple[str, str]]:
    with Store("archive.db") as store:
        return [(Path(each.path).name, each.state) for each in queue.recordings(store)]


def test_a_folder_is_done_once_and_what_failed_is_listed(tmp_path: Path) -> None:
    folder = tmp_path / "archive"
    folder.mkdir()
    make_clip(folder / "a.mp4", 2)
    (folder / "damaged.mp4").write_bytes(b"no video")
    first = batch("scene-sentiment", "archive", "missing.mp4")
    assert first.returncode == 2
    assert "monitor: error: missing.mp4: cannot be read (No such file or directory)" in first.stderr
    assert "1 done, 0 running, 1 failed, 0 waiting" in first.stdout
    assert "not a video" in " ".join(first.stdout.split())
    (folder / "a.mp4").rename(folder / "renamed.mp4")
    second = batch("scene-sentiment", "archive")
    assert second.returncode == 2
    assert rows() == [("renamed.mp4", "done"), ("damaged.mp4", "failed")]
    with Store("archive.db") as store:
        assert len(store.sessions()) == 1


@pytest.mark.usefixtures("_unhurried")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_what_was_under_way_when_it_ended_is_gone_on_with(tmp_path: Path, number: signal.Signals) -> None:
    make_clip(tmp_path / "long.mp4", 240)
    Path("no-hurry").touch()
    with subprocess.Popen([*COMMAND, "unhurried", "long.mp4"], start_new_session=True) as process:
        try:
            wait_for_samples()
            workers = psutil.Process(process.pid).children(recursive=True)
            process.send_signal(number)  # first, or it would begin others in place of those that are killed
            for worker in workers:
                if number == signal.SIGKILL:
                    worker.kill()
            process.wait(timeout=300)
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
    with Store("archive.db") as store:
        before = len(store.samples(store.session("latest")))
        (left,) = queue.recordings(store)
        if number == signal.SIGKILL:  # nobody was there to give it back; its lease would run out
            queue.release(store, left.worker or "")
    Path("no-hurry").unlink()
    done = batch("unhurried")
    assert done.returncode == 0, done.stderr
    with Store("archive.db") as store:
        (session,) = store.sessions()
        numbers = store.samples(session).number.tolist()
    assert 0 < before < len(numbers)
    assert numbers == list(range(480))
    assert session.state == "finished"


def wait_for_samples() -> None:
    """Until a worker has stored some."""
    end = time.monotonic() + 300
    while time.monotonic() < end:
        time.sleep(0.1)
        if Path("archive.db").is_file():
            with Store("archive.db", create=True) as store:
                if store.sessions() and len(store.samples(store.session("latest"))):
                    return
    pytest.fail("no worker began")


def test_where_no_recording_is_found_nothing_is_counted(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for words, told in (
        (["empty"], "no recording was found in empty (3gp, avi, "),
        (["nothere"], "nothere: cannot be read (No such file or directory)"),
        (["--list", "none.txt"], "list none.txt cannot be read (No such file or directory); give a text file"),
    ):
        result = batch("scene-sentiment", *words)
        assert (result.returncode, result.stdout) == (2, "")
        (line,) = result.stderr.splitlines()
        assert told in line
    assert not Path("archive.db").exists()
