"""The outlet `osc`: Open Sound Control over UDP, one number an address, for what draws and plays."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from monitor_outlets.options import OscOptions
from monitor_outlets.outlet import Message, OutletError, needed
from monitor_outlets.words import as_word

SCENE = "scene"


class Osc:
    """Sends numbers to the addresses that `numbers` has, below the prefix. UDP tells nobody whether they arrive."""

    def __init__(self, options: OscOptions) -> None:
        self._options = options
        self._udp = needed("pythonosc.udp_client", "osc", "python-osc")
        self._client: Any = None

    def send(self, messages: Sequence[Message]) -> None:
        try:
            if self._client is None:
                self._client = self._udp.SimpleUDPClient(self._options.host, self._options.port)
            for message in messages:
                for address, number in numbers(message):
                    self._client.send_message(self._options.prefix + address, number)
        except OSError as error:
            place = f"{self._options.host}:{self._options.port}"
            raise OutletError(f"nothing can be sent to {place} ({error}); trying again") from None

    def close(self) -> None:
        if self._client is not None:
            self._client._sock.close()


def numbers(message: Message) -> Iterator[tuple[str, float | int]]:
    """(address, number) for everything in a message; subjects are numbers of faces, or `scene`.

    * observation: `/observation/SOURCE/ANALYZER/SUBJECT/NAME` and the probability of an emotion, or a measure;
    * window: `/window/SOURCE/ANALYZER/SUBJECT/NAME` and the share of an emotion, or the mean of a measure;
    * alert: `/alert/SOURCE/NAME` and 1 when it is raised, 0 when it has ended.
    """
    kind, source = message["kind"], message["source"]
    if kind == "alert":
        yield f"/alert/{source}/{as_word(message['name'])}", int(message["state"] == "raised")
        return
    rows = message["subjects"] if kind == "window" else [message]
    for row in rows:
        subject = SCENE if row["subject"] is None else row["subject"]
        if kind == "window":
            values = row["shares"] | {name: each["mean"] for name, each in row["measures"].items()}
        else:
            values = row["scores"] | row["measures"]
        for name, value in values.items():
            yield f"/{kind}/{source}/{as_word(row['analyzer'])}/{subject}/{as_word(name)}", float(value)
