"""The outlet `mqtt`: messages as JSON under topics of their own; what holds now is kept by the broker."""

from __future__ import annotations

import json
import threading
from collections.abc import Sequence
from typing import Any

from monitor_outlets.options import MqttOptions
from monitor_outlets.outlet import Message, OutletError, needed
from monitor_outlets.words import as_word


class Mqtt:
    """Publishes below `topic`: `status` (`online`, and `offline` as the last will), `alert/SOURCE/NAME`,
    `window/SOURCE` and `observation/SOURCE`. Status, alerts and the newest window are retained; observations are not.
    """

    def __init__(self, options: MqttOptions) -> None:
        self._options = options
        self._mqtt = needed("paho.mqtt.client", "mqtt", "paho-mqtt")
        self._client: Any = None

    def send(self, messages: Sequence[Message]) -> None:
        client = self._connected()
        try:
            last = [
                client.publish(
                    f"{self._options.topic}/{topic(message)}",
                    json.dumps(message),
                    qos=0 if message["kind"] == "observation" else 1,
                    retain=message["kind"] != "observation",
                )
                for message in messages
            ]
            for info in last:
                info.wait_for_publish(self._options.timeout_seconds)
        except (RuntimeError, ValueError) as error:  # the connection is gone, or the client's own queue is full
            raise OutletError(f"{self._place} does not take messages ({error}); trying again") from None
        if not all(info.is_published() for info in last):
            raise OutletError(f"{self._place} does not confirm messages; trying again")

    def close(self) -> None:
        if self._client is not None and self._client.is_connected():
            self._client.publish(self._status, "offline", qos=1, retain=True).wait_for_publish(1.0)
            self._client.disconnect()
        self._stop()

    @property
    def _place(self) -> str:
        return f"the broker at {self._options.host}:{self._options.port}"

    @property
    def _status(self) -> str:
        return f"{self._options.topic}/status"

    def _connected(self) -> Any:
        """The client, connected; raises OutletError where the broker is not there or refuses."""
        if self._client is not None and self._client.is_connected():
            return self._client
        self._stop()
        options, mqtt = self._options, self._mqtt
        client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2)
        client.connect_timeout = options.timeout_seconds
        if options.username is not None:
            client.username_pw_set(options.username, options.password and options.password.get_secret_value())
        if options.tls:
            client.tls_set()
        client.will_set(self._status, "offline", qos=1, retain=True)
        answered, refused = threading.Event(), []

        def on_connect(client: Any, _data: object, _flags: object, reason: Any, _properties: object) -> None:
            if reason.is_failure:
                refused.append(str(reason))
            else:  # the client connects again by itself too
                client.publish(self._status, "online", qos=1, retain=True)
            answered.set()

        client.on_connect = on_connect
        try:
            client.connect(options.host, options.port)
        except (OSError, ValueError) as error:
            raise OutletError(f"{self._place} is not there ({error}); trying again") from None
        self._client = client
        client.loop_start()
        answered.wait(options.timeout_seconds)
        if not client.is_connected():
            self._stop()
            raise OutletError(f"{self._place} refuses the connection ({''.join(refused) or 'no answer'}); trying again")
        return client

    def _stop(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            client.loop_stop()


def topic(message: Message) -> str:
    """Where a message belongs, below the topic of the settings.

    >>> topic({"kind": "alert", "source": 1, "name": "too bright"}), topic({"kind": "window", "source": 2})
    ('alert/1/too_bright', 'window/2')
    """
    place = f"{message['kind']}/{message['source']}"
    return f"{place}/{as_word(message['name'])}" if message["kind"] == "alert" else place
