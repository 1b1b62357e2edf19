"""`monitor bench-batch`: the recordings that it makes, and how it reckons processor time."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from monitor.errors import MonitorError
from monitor.sources import open_source
from monitor_archive import bench_command
from monitor_archive.bench_command import made_recordings, print_table, spent
from monitor_archive.files import find


def test_recordings_are_one_clip_and_different_files(tmp_path: Path) -> None:
    files = made_recordings(tmp_path / "made", 3, 1.0)
    assert len({each.digest for each in find(files).files}) == 3
    for path in files:
        source = open_source(str(path), every_seconds=0.5)
        assert len(list(source.samples())) == 2
        source.close()


def test_processor_time_is_that_of_all_processes_and_waiting_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bench_command, "LOOK_SECONDS", 0.01)
    count = "import time\nwhile time.process_time() < 1: pass\ntime.sleep(0.3)"
    child = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {count!r}])"
    wall, used = spent([sys.executable, "-c", child], tmp_path)
    assert wall >= 1.3
    assert 1.0 <= used <= wall + 0.5
    with pytest.raises(MonitorError, match="failed: out of order"):
        spent([sys.executable, "-c", "raise SystemExit('out of order')"], tmp_path)


def test_a_cluster_that_is_not_there_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(MonitorError, match=r"no cluster of this machine is at 127\.0\.0\.1:9; `monitor cluster start`"):
        spent([sys.executable, "-c", ""], tmp_path, "127.0.0.1:9")


def test_ratios_are_of_throughput(capsys: pytest.CaptureFixture[str]) -> None:
    result = {"recordings": 2, "seconds": 1, "rounds": 1, "run": {"wall": 9.0, "processor": 8.0}}
    print_table({**result, "batch": {"wall": 10.0, "processor": 10.0}}, ["run", "batch"])
    line = next(line for line in capsys.readouterr().out.splitlines() if "batch" in line)
    assert "0.900" in line
    assert "0.800" in line
