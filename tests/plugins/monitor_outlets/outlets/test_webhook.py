"""Against a real HTTP server."""

from __future__ import annotations

import hashlib
import hmac
import json
import socket
from collections.abc import Iterator
from typing import Any

import pytest

from monitor_outlets.options import WebhookOptions
from monitor_outlets.outlet import OutletError, RefusedError
from monitor_outlets.outlets.webhook import Webhook


@pytest.fixture
def webhook(server: Any) -> Iterator[Webhook]:
    webhook = Webhook(WebhookOptions(url=server.url, secret="s3cret"))
    yield webhook
    webhook.close()


def test_messages_arrive_as_json_and_signed(server, webhook, messages):
    webhook.send(messages)
    ((path, headers, body),) = server.requests
    assert path == "/hook/secret-path"
    assert json.loads(body) == {"messages": messages}
    assert headers["Content-Type"] == "application/json"
    signed = headers["X-Monitor-Timestamp"].encode() + b"." + body
    assert headers["X-Monitor-Signature"] == "sha256=" + hmac.new(b"s3cret", signed, hashlib.sha256).hexdigest()


def test_without_a_secret_there_is_no_signature(server, messages):
    webhook = Webhook(WebhookOptions(url=server.url))
    webhook.send(messages)
    webhook.close()
    assert "X-Monitor-Signature" not in server.requests[0][1]


@pytest.mark.parametrize(
    ("status", "error", "words"),
    [
        (503, OutletError, "127.0.0.1 answers 503; trying again"),
        (429, OutletError, "127.0.0.1 answers 429; trying again"),
        (404, RefusedError, "127.0.0.1 answers 404; 3 messages are lost"),
        (302, RefusedError, "127.0.0.1 answers 302; 3 messages are lost"),
    ],
)
def test_answers_that_are_no_success(server, webhook, messages, status, error, words):
    server.status = status
    with pytest.raises(error) as caught:
        webhook.send(messages)
    assert str(caught.value) == words


def test_nobody_there(messages):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}"
    webhook = Webhook(WebhookOptions(url=url))
    with pytest.raises(OutletError, match=r"^127.0.0.1 does not answer \(ConnectError\); trying again$"):
        webhook.send(messages)
    webhook.close()
