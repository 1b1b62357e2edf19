"""`monitor cluster` begins and ends processes of its own, and of nobody else."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from monitor.errors import MonitorError
from monitor_archive import cluster, cluster_command
from monitor_archive.cluster_command import MARK, join, leave


@pytest.fixture
def begun(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[subprocess.Popen[bytes]]]:
    """What commands of Ray begin here: a process that runs on for long, in the environment of the command."""
    begun: list[subprocess.Popen[bytes]] = []
    with ExitStack() as ends:

        def run(command: list[str], env: dict[str, str], **_: Any) -> subprocess.CompletedProcess[str]:
            begun.append(sleeper(env, ends))
            return subprocess.CompletedProcess(command, 0, "", "")

        monkeypatch.setattr(cluster, "imported_ray", lambda: None)
        monkeypatch.setattr(cluster_command.subprocess, "run", run)
        # what a cluster of this machine began, while a test runs on it, is not this test's
        monkeypatch.setattr(cluster_command, "MARK", f"{MARK}_{os.getpid()}")
        yield begun


def sleeper(env: dict[str, str], ends: ExitStack) -> subprocess.Popen[bytes]:
    program = [sys.executable, "-c", "print(flush=True); input()"]
    process = subprocess.Popen(program, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    ends.enter_context(process)
    ends.callback(process.kill)
    assert process.stdout is not None
    process.stdout.readline()  # from here on its environment can be read
    return process


def test_leaving_ends_what_joining_began_and_nothing_else(begun: list[subprocess.Popen[bytes]]) -> None:
    with ExitStack() as ends:
        other = sleeper(dict(os.environ), ends)
        join("192.0.2.1:6379")
        (own,) = begun
        leave()
        assert own.poll() is not None
        assert other.poll() is None


def test_leaving_without_having_joined_is_one_line(begun: list[subprocess.Popen[bytes]]) -> None:
    with pytest.raises(MonitorError, match=r"nothing runs here that `monitor cluster start` or `join` began"):
        leave()
