"""The outlet `webhook`: messages as JSON, with POST, signed where a secret was given."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from collections.abc import Sequence
from importlib.metadata import version
from urllib.parse import urlsplit

from monitor_outlets.options import WebhookOptions
from monitor_outlets.outlet import Message, OutletError, RefusedError, needed

SIGNATURE, TIMESTAMP = "X-Monitor-Signature", "X-Monitor-Timestamp"
LATER = frozenset({408, 425, 429, *range(500, 600)})
"""Answers that say: try again."""


class Webhook:
    """Sends `{"messages": [...]}`; any answer of 2xx says that they have arrived. Follows no redirect."""

    def __init__(self, options: WebhookOptions) -> None:
        self._options = options
        self._host = urlsplit(options.url).hostname
        """For people: the rest of the address may be a secret."""
        self._httpx = needed("httpx", "webhook", "httpx")
        self._client = self._httpx.Client(timeout=options.timeout_seconds)

    def send(self, messages: Sequence[Message]) -> None:
        body = json.dumps({"messages": list(messages)}).encode()
        headers = {"Content-Type": "application/json", "User-Agent": f"emotion-monitor/{version('emotion-monitor')}"}
        if self._options.secret is not None:
            stamp = str(int(time.time()))
            headers |= {TIMESTAMP: stamp, SIGNATURE: signature(self._options.secret.get_secret_value(), stamp, body)}
        try:
            status = self._client.post(self._options.url, content=body, headers=headers).status_code
        except self._httpx.HTTPError as error:
            raise OutletError(f"{self._host} does not answer ({type(error).__name__}); trying again") from None
        if status in LATER:
            raise OutletError(f"{self._host} answers {status}; trying again")
        if not 200 <= status < 300:
            raise RefusedError(f"{self._host} answers {status}; {len(messages)} messages are lost")

    def close(self) -> None:
        self._client.close()


def signature(secret: str, stamp: str, body: bytes) -> str:
    """`sha256=` and the HMAC-SHA256 (RFC 2104), in hexadecimal, of the time stamp, a full stop and the body."""
    return "sha256=" + hmac.new(secret.encode(), stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
