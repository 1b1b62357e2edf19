"""Certificates are tried before anything is served with them."""

from __future__ import annotations

import shutil
import ssl
import subprocess
import urllib.request
from contextlib import closing
from pathlib import Path

import pytest
from starlette.responses import PlainTextResponse

from monitor.errors import ConfigError
from monitor.live.background_server import listen, server_config
from monitor.live.certificate import Certificate


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    """A certificate for this machine's loopback, and its key."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed here")
    certificate, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    made = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "1"]
    made += ["-keyout", str(key), "-out", str(certificate), "-subj", "/CN=localhost"]
    subprocess.run([*made, "-addext", "subjectAltName=IP:127.0.0.1"], check=True, capture_output=True)
    return certificate, key


def test_a_server_speaks_https(files: tuple[Path, Path]) -> None:
    import threading

    import uvicorn

    certificate = Certificate.read(*files)
    with closing(listen("127.0.0.1", 0, str)) as listening:
        server = uvicorn.Server(server_config(PlainTextResponse("hello"), certificate))
        thread = threading.Thread(target=server.run, args=([listening],))
        thread.start()
        trusting = ssl.create_default_context(cafile=str(files[0]))
        with urllib.request.urlopen(f"https://127.0.0.1:{listening.getsockname()[1]}/", context=trusting) as answer:
            assert answer.read() == b"hello"
        server.should_exit = True
        thread.join()


def test_what_is_no_certificate_is_one_line(files: tuple[Path, Path], tmp_path: Path) -> None:
    certificate, key = files
    assert Certificate.read(None, None) is None
    for wrong in ((certificate, None), (None, key)):
        with pytest.raises(ConfigError, match="go together"):
            Certificate.read(*wrong)
    for wrong_key in (certificate, tmp_path / "none.pem"):
        with pytest.raises(ConfigError, match="are no certificate with its key"):
            Certificate.read(certificate, wrong_key)
