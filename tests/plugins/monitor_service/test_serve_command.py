"""`monitor serve` and `monitor token` as processes and in this one."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from tests.plugins.monitor_retrieval.command_line import monitor


def test_tokens_are_made_listed_and_removed(capsys: pytest.CaptureFixture[str]) -> None:
    assert monitor("token", "new", "--scope", "read", "--name", "wall display", "--store", "s.db") == 0
    secret = capsys.readouterr().out.strip()
    assert len(secret) >= 43
    assert monitor("token", "list", "--store", "s.db") == 0
    listed = capsys.readouterr().out
    assert "wall display" in listed
    assert secret not in listed
    assert monitor("token", "remove", "1", "--store", "s.db") == 0
    assert monitor("token", "list", "--store", "s.db") == 0
    assert "There are no tokens" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("config", "arguments", "line"),
    [
        ("", ["--host", "0.0.0.0"], "asks for a token, and store s.db has none yet; `monitor token new"),
        ("[options.commands.serve]\nrequire_token = true", [], "asks for a token"),
        ("[options.commands.serve]\nprot = 1", [], "did you mean 'port'?"),
        ("[options.commands.serve]\nport = 70000", [], "setting options.commands.serve.port"),
        ("[options.commands.serv]\nport = 1", [], "did you mean 'serve'?"),
        ("", ["--analyzers", "face-fushion"], "did you mean 'face-fusion'?"),
        ("", ["--host", "203.0.113.1"], "asks for a token"),
    ],
)
def test_what_keeps_it_from_starting_is_one_line(
    config: str, arguments: list[str], line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("config.toml").write_text(f'store = "s.db"\n{config}\n')
    assert monitor("serve", "--port", "0", *arguments) == 2
    said = capsys.readouterr().err
    assert line in said
    assert said.count("\n") == 1


def test_it_serves_until_it_is_told_to_end(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "monitor", "serve", "--port", "0", "--analyzers", "scene-sentiment"]
    server = subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.PIPE, text=True)
    assert server.stderr is not None
    address = server.stderr.readline().split()[2]
    assert httpx.get(f"{address}/readyz").json() == {"status": "ready"}
    server.send_signal(signal.SIGTERM)  # as containers are ended; Ctrl-C takes the same way
    assert server.wait(120) == 0
    assert server.stderr.read() == ""
    server.stderr.close()
