"""The outlet `lsl`: streams of the Lab Streaming Layer, to be recorded beside what other devices give."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from monitor_outlets.options import LslOptions
from monitor_outlets.outlet import Message, needed

SUBJECT = "subject"


class Lsl:
    """One stream of numbers for each analyzer of a source, and one of markers for alerts and windows.

    The numbers are the subject (a face's number, 0 for the frame as a whole), then the emotions' probabilities, then
    the measures, not a number where there is none. Samples are stamped with the time at which they were analysed, by
    LSL's clock.
    """

    def __init__(self, options: LslOptions, values: Mapping[str, Sequence[str]]) -> None:
        """`values`: analyzer -> its labels and then its measures."""
        self._options = options
        self._values = values
        self._lsl = needed("pylsl", "lsl", "pylsl")
        self._streams: dict[tuple[int, str], tuple[Any, list[str]]] = {}
        self._markers: Any = None

    def send(self, messages: Sequence[Message]) -> None:
        for message in messages:
            age_seconds = (datetime.now(UTC) - datetime.fromisoformat(message["time"])).total_seconds()
            stamp = self._lsl.local_clock() - age_seconds
            if message["kind"] == "observation":
                stream, channels = self._stream(message)
                values = message["scores"] | message["measures"]
                numbers = [float(message["subject"] or 0), *(values.get(name, math.nan) for name in channels[1:])]
                stream.push_sample(numbers, stamp)
            else:
                if self._markers is None:
                    name = f"{self._options.name} markers"
                    self._markers = self._outlet(name, "Markers", ["marker"], self._lsl.cf_string)
                self._markers.push_sample([json.dumps(message)], stamp)

    def close(self) -> None:
        self._streams.clear()  # a stream ends with its last reference
        self._markers = None

    def _stream(self, message: Message) -> tuple[Any, list[str]]:
        key = (message["source"], message["analyzer"])
        if key not in self._streams:
            channels = [SUBJECT, *self._values[message["analyzer"]]]
            name = f"{self._options.name} {message['source']} {message['analyzer']}"
            self._streams[key] = self._outlet(name, "Emotion", channels, self._lsl.cf_float32), channels
        return self._streams[key]

    def _outlet(self, name: str, kind: str, channels: Sequence[str], number_format: int) -> Any:
        info = self._lsl.StreamInfo(name, kind, len(channels), self._lsl.IRREGULAR_RATE, number_format, name)
        described = info.desc().append_child("channels")
        for channel in channels:
            described.append_child("channel").append_child_value("label", channel)
        return self._lsl.StreamOutlet(info)
