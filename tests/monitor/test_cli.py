"""The command line as a person meets it: in a process of its own, but for mistakes that no library hears of."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import av
import numpy as np
import pytest
from skimage import data

from monitor import cli
from monitor.store import Store
from tests.conftest import make_clip, portrait_clip
from tests.loopback_stream import streaming


def monitor(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command line to its end."""
    return subprocess.run(
        [sys.executable, "-m", "monitor", *arguments],
        capture_output=True,
        text=True,
        timeout=1200,
        env={**os.environ, **environment},
        check=False,
    )


def refused(*arguments: str, **environment: str) -> str:
    """The one line on standard error with which a command must end."""
    result = monitor(*arguments, **environment)
    assert result.returncode == 2, result.stderr
    assert "Traceback" not in result.stderr
    lines = result.stderr.strip().splitlines()
    assert len(lines) == 1, result.stderr
    assert result.stdout == ""
    return lines[0]


@pytest.fixture
def refused_here(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> Callable[..., str]:
    """The function `refused`, but in this process."""

    def run(*arguments: str, **environment: str) -> str:
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr(sys, "argv", ["monitor", *arguments])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        output, problems = capfd.readouterr()
        (line,) = problems.strip().splitlines()
        assert (ended.value.code, output, caplog.messages) == (2, "", [])
        return line

    return run


@pytest.fixture
def portrait(tmp_path: Path) -> Path:
    """Two seconds of a real face that does not move."""
    return portrait_clip(tmp_path / "portrait.mp4", 2)


@pytest.mark.parametrize(("asked", "threads"), [({}, "1"), ({"OPENBLAS_NUM_THREADS": "3"}, "3")])
def test_a_command_starts_with_one_thread_for_small_matrices_and_looks_for_garbage_seldom(
    asked: dict[str, str], threads: str
) -> None:
    code = (
        "import contextlib, gc, os, sys; from monitor import cli; sys.argv[1:] = ['--version']\n"
        "with contextlib.suppress(SystemExit): cli.main()\n"
        "print('numpy' in sys.modules, os.environ['OPENBLAS_NUM_THREADS'], gc.get_threshold()[0], gc.isenabled())"
    )
    environment = {name: value for name, value in os.environ.items() if name != "OPENBLAS_NUM_THREADS"} | asked
    result = subprocess.run([sys.executable, "-c", code], env=environment, check=True, capture_output=True, text=True)
    assert result.stdout.splitlines()[-1] == f"False {threads} 10000 True"  # NumPy reads it when it is imported


def test_a_video_gives_one_json_object(portrait: Path) -> None:
    result = monitor("run", str(portrait), "--json", "--name", "portrait", "--store", "faces.db")
    assert result.returncode == 0, result.stderr
    answer = json.loads(result.stdout)
    (source,) = answer["sources"]
    assert source["frames_sampled"] == 4
    assert source["frames_decoded"] >= 4
    assert source["frames_dropped"] == {}
    shares = source["shares"]["face-fusion"]
    assert set(shares) == {"all", "1"}
    assert sum(shares["1"].values()) == pytest.approx(1, abs=1e-4)
    assert max(shares["1"], key=shares["1"].__getitem__) == "happiness"  # she smiles
    with Store("faces.db") as store:
        session = store.session("portrait")
        assert session.id == answer["session"]
        assert store.samples(session).faces.tolist() == [1, 1, 1, 1]


def test_the_table_names_every_label(portrait: Path) -> None:
    result = monitor("run", str(portrait), "--no-dashboard")
    assert result.returncode == 0, result.stderr
    for word in ("happiness", "contempt", "portrait.mp4", "monitor report 1"):
        assert word in result.stdout


def test_start_until_and_every(tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "long.mp4", 10)
    arguments = ("--start", "2", "--until", "6", "--every", "1", "--json")
    answer = json.loads(monitor("run", str(clip), *arguments).stdout)
    with Store("emotion-monitor.db") as store:
        assert store.samples(store.session(answer["session"])).seconds.tolist() == [2.0, 3.0, 4.0, 5.0]


def test_a_folder_of_pictures_keeps_each_file_name(tmp_path: Path) -> None:
    import cv2

    folder = tmp_path / "pictures"
    folder.mkdir()
    for name in ("b.png", "a.jpg"):
        cv2.imwrite(str(folder / name), cv2.cvtColor(data.astronaut(), cv2.COLOR_RGB2BGR))
    assert monitor("run", str(folder), "--no-dashboard").returncode == 0
    with Store("emotion-monitor.db") as store:
        assert store.observations(store.session("latest")).file.tolist() == ["a.jpg", "b.png"]


class TestBadInput:
    def test_missing_file(self, refused_here: Callable[..., str]) -> None:
        assert "nothing.mp4" in refused_here("run", "nothing.mp4")

    def test_folder_without_pictures(self, tmp_path: Path, refused_here: Callable[..., str]) -> None:
        (tmp_path / "empty").mkdir()
        assert "`monitor batch` takes folders of videos" in refused_here("run", "empty")

    def test_text_named_mp4(self, tmp_path: Path) -> None:
        (tmp_path / "notes.mp4").write_text("dear diary\n" * 100)
        assert "notes.mp4" in refused("run", "notes.mp4")

    def test_empty_file(self, tmp_path: Path) -> None:
        (tmp_path / "empty.mp4").touch()
        assert "empty" in refused("run", "empty.mp4")

    def test_truncated_mp4(self, clip: Path) -> None:
        clip.write_bytes(clip.read_bytes()[:2000])
        assert "clip.mp4" in refused("run", "clip.mp4")

    def test_audio_only(self, tmp_path: Path) -> None:
        with av.open(str(tmp_path / "voice.wav"), "w") as container:
            stream = container.add_stream("pcm_s16le", rate=8000)
            frame = av.AudioFrame.from_ndarray(np.zeros((1, 8000), np.int16), "s16", "mono")
            frame.sample_rate = 8000
            container.mux(stream.encode(frame))
        assert "voice.wav" in refused("run", "voice.wav")

    def test_unknown_analyzer(self, clip: Path, refused_here: Callable[..., str]) -> None:
        assert "did you mean 'face-fusion'" in refused_here("run", str(clip), "--analyzers", "face-fushion")

    def test_unknown_config_key(self, clip: Path, tmp_path: Path, refused_here: Callable[..., str]) -> None:
        (tmp_path / "config.toml").write_text("every_second = 1\n")
        assert "'every_seconds'" in refused_here("run", str(clip))

    def test_value_out_of_range(self, clip: Path, refused_here: Callable[..., str]) -> None:
        assert "every_seconds" in refused_here("run", str(clip), "--every", "0")

    def test_store_that_cannot_be_written(self, clip: Path, refused_here: Callable[..., str]) -> None:
        assert "no/such/folder" in refused_here("run", str(clip), "--store", "no/such/folder/x.db")

    def test_store_that_is_something_else(self, clip: Path, tmp_path: Path, refused_here: Callable[..., str]) -> None:
        notes = tmp_path / "notes.txt"
        notes.write_text("do not overwrite me " * 100)
        assert "notes.txt" in refused_here("run", str(clip), "--store", "notes.txt")
        assert notes.read_text() == "do not overwrite me " * 100

    def test_taken_dashboard_port(self, clip: Path, refused_here: Callable[..., str]) -> None:
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = str(taken.getsockname()[1])
            assert port in refused_here("run", str(clip), "--dashboard", "--dashboard-port", port)
            assert port in refused_here("dashboard", "--port", port)

    def test_taken_picture_port(self, clip: Path, refused_here: Callable[..., str]) -> None:
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = str(taken.getsockname()[1])
            assert port in refused_here("run", str(clip), "--no-dashboard", MONITOR_PICTURE_PORT=port)

    @pytest.mark.skipif(Path("/dev/video99").exists(), reason="this machine has a hundred cameras")
    def test_no_webcam(self) -> None:
        assert "99" in refused("run", "99")

    def test_refused_rtsp(self) -> None:
        with socket.socket() as closed:
            closed.bind(("127.0.0.1", 0))  # bound but not listening: connections are refused
            port = closed.getsockname()[1]
            line = refused("run", f"rtsp://anna:secret@127.0.0.1:{port}/door")
        assert "secret" not in line
        assert str(port) in line

    def test_unknown_session(self, clip: Path, refused_here: Callable[..., str]) -> None:
        assert monitor("run", str(clip), "--no-dashboard").returncode == 0
        for command in ("report", "export"):
            assert "no session '7'" in refused_here(command, "7")

    def test_no_store_yet(self, refused_here: Callable[..., str]) -> None:
        assert "does not exist yet" in refused_here("sessions")

    def test_unknown_command_and_option(self, refused_here: Callable[..., str]) -> None:
        assert "No such command 'zzz'; `monitor --help` lists the commands" in refused_here("zzz")
        assert "Did you mean 'sessions'" in refused_here("sesions")
        assert refused_here("export", "--format", "xlsx").endswith(
            "error: Invalid value for '--format': 'xlsx' is not one of 'csv', 'parquet', 'json'."
        )
        assert "--evry" in refused_here("run", "x.mp4", "--evry", "1")

    def test_one_bad_source_among_several(self, clip: Path) -> None:
        result = monitor("run", "missing.mp4", str(clip), "--json")
        assert result.returncode == 2
        assert len(result.stderr.strip().splitlines()) == 1
        assert "missing.mp4" in result.stderr
        assert json.loads(result.stdout)["sources"][0]["frames_sampled"] == 8


class TestInterruption:
    @pytest.fixture
    def endless(self, tmp_path: Path) -> Iterator[str]:
        """Address of a live stream."""
        with streaming(make_clip(tmp_path / "stream.ts", 20), 20) as stream:
            yield stream.address

    def begin(self, address: str, enough: Callable[[int], bool]) -> subprocess.Popen[str]:
        """A run whose store holds `enough` samples."""
        process = subprocess.Popen(
            [sys.executable, "-m", "monitor", "run", address, "--json", "--store", "live.db"],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        deadline = time.monotonic() + 300
        while time.monotonic() < deadline:
            assert process.poll() is None, process.communicate()
            if Path("live.db").exists():
                try:
                    with Store("live.db") as store:
                        if enough(len(store.samples(store.session("latest")))):
                            return process
                except Exception:  # the tables are still being made
                    pass
            time.sleep(0.2)
        process.kill()
        raise AssertionError(process.communicate())

    @pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
    def test_a_signal_ends_cleanly_with_everything_stored(self, endless: str, number: signal.Signals) -> None:
        process = self.begin(endless, lambda samples: samples >= 2)
        process.send_signal(number)
        output, problems = process.communicate(timeout=120)
        assert process.returncode == 0, problems
        answer = json.loads(output)
        assert answer["state"] == "stopped"
        with Store("live.db") as store:
            session = store.session("latest")
            assert session.state == "stopped"
            assert len(store.samples(session)) == answer["sources"][0]["frames_sampled"]

    def test_a_killed_run_leaves_an_interrupted_session(self, endless: str) -> None:
        process = self.begin(endless, lambda samples: samples >= 4)
        with Store("live.db") as store:
            before = len(store.samples(store.session("latest")))
        process.kill()
        process.communicate()
        with Store("live.db") as store:
            session = store.session("latest")
            assert session.state == "interrupted"
            assert len(store.samples(session)) >= before
        assert "interrupted" in monitor("sessions", "--store", "live.db").stdout
