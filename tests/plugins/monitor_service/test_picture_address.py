"""Pictures fetched from addresses: only from hosts that are listed, and never from a private network."""

from __future__ import annotations

from typing import Any

import pytest

from monitor_service.options import ServeOptions
from monitor_service.picture_address import fetch, is_public
from monitor_service.problems import Problem
from tests.plugins.monitor_service.conftest import Service

LISTED = ServeOptions(picture_hosts=["Pictures.example.org"], most_body_bytes=2000)


def refusal(url: str, options: ServeOptions = LISTED, **given: Any) -> tuple[int, str]:
    with pytest.raises(Problem) as problem:
        fetch(url, options, **given)
    return problem.value.status, problem.value.code


@pytest.mark.parametrize(
    "address",
    [
        *(
            "127.0.0.1",
            "10.0.0.1",
            "192.168.1.1",
            "172.16.3.4",
            "169.254.169.254",
            "0.0.0.0",
            "100.64.0.1",
            "224.0.0.1",
        ),
        *("::1", "fe80::1%eth0", "fd00::1", "::ffff:127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::"),
    ],
)
def test_private_addresses(address: str) -> None:
    assert not is_public(address)
    assert refusal("http://pictures.example.org/a.png", resolve=lambda *_: ["93.184.215.14", address]) == (
        403,
        "wrong_url",
    )


@pytest.mark.parametrize("address", ["93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c"])
def test_public_addresses(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    ("url", "status"),
    [
        ("http://elsewhere.example.org/a.png", 403),
        ("http://pictures.example.org.evil.example/a.png", 403),
        ("http://127.0.0.1/a.png", 403),
        ("ftp://pictures.example.org/a.png", 400),
        ("file:///etc/passwd", 400),
        ("http://user:secret@pictures.example.org/a.png", 400),
        ("http://pictures.example.org:x/a.png", 400),
        ("", 400),
    ],
)
def test_what_is_refused_before_anything_is_asked(url: str, status: int) -> None:
    def resolve(host: str, port: int) -> list[str]:
        raise AssertionError(f"{host}:{port} was asked for")

    assert refusal(url, resolve=resolve) == (status, "wrong_url")
    assert refusal(url, ServeOptions(), resolve=resolve) == (403, "wrong_url")


def test_the_file_comes_from_the_address_that_was_checked(service: Service) -> None:
    """The name resolves to the test's own service, which counts as public here."""
    here: dict[str, Any] = {"resolve": lambda *_: ["127.0.0.1"], "allowed": lambda _: True}
    root = service.url.replace("127.0.0.1", "localhost")
    options = ServeOptions(picture_hosts=["localhost"], most_body_bytes=2000)
    assert fetch(f"{root}/healthz", options, **here).content == b'{"status":"alive"}'
    assert refusal(f"{root}/nothing", options, **here) == (400, "wrong_url")
    assert refusal(f"{root}/openapi.json", options, **here) == (413, "body_too_large")
    assert refusal("http://localhost:9/", options, **here) == (400, "wrong_url")
