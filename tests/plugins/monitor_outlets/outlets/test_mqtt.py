"""Against a real broker, mosquitto."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from monitor_outlets.options import MqttOptions
from monitor_outlets.outlet import OutletError
from monitor_outlets.outlets.mqtt import Mqtt

mqtt = pytest.importorskip("paho.mqtt.client")
MOSQUITTO = shutil.which("mosquitto", path=f"{os.environ['PATH']}:/usr/sbin")
REQUIRED = os.environ.get("MONITOR_REQUIRE_MQTT") == "1"


class Broker:
    """A mosquitto that can be stopped and started again at the same port."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self._config = folder / "mosquitto.conf"
        self._config.write_text(f"listener {self.port} 127.0.0.1\nallow_anonymous true\n")
        self.start()

    def start(self) -> None:
        assert MOSQUITTO is not None
        self._process = subprocess.Popen([MOSQUITTO, "-c", str(self._config)], stderr=subprocess.DEVNULL)
        until(self._answers)

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait()

    def _answers(self) -> bool:
        try:
            socket.create_connection(("127.0.0.1", self.port), 1).close()
        except OSError:
            return False
        return True


def until(what: Callable[[], object]) -> None:
    for _ in range(600):
        if what():
            return
        time.sleep(0.05)
    pytest.fail("it did not come to pass")


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    if MOSQUITTO is None:
        reason = "the broker mosquitto is not installed here"
        pytest.fail(reason) if REQUIRED else pytest.skip(reason)
    broker = Broker(tmp_path)
    yield broker
    broker.stop()


class Listener:
    """Hears everything below a topic; what is retained comes first."""

    def __init__(self, port: int) -> None:
        self.heard: dict[str, bytes] = {}
        self.retained: set[str] = set()
        self.subscribed = threading.Event()
        self._client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2)
        self._client.on_message = self._hear
        self._client.on_subscribe = lambda *_: self.subscribed.set()
        self._client.connect("127.0.0.1", port)
        self._client.subscribe("lab/#", qos=1)
        self._client.loop_start()
        self.subscribed.wait(60)

    def _hear(self, _client: Any, _data: Any, message: Any) -> None:
        self.heard[message.topic] = message.payload
        if message.retain:
            self.retained.add(message.topic)

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()


@pytest.fixture
def listener(broker: Broker) -> Iterator[Callable[[], Listener]]:
    made: list[Listener] = []

    def listen() -> Listener:
        made.append(Listener(broker.port))
        return made[-1]

    yield listen
    for each in made:
        each.close()


def test_messages_have_topics_and_what_holds_now_is_retained(broker, listener, messages):
    outlet = Mqtt(MqttOptions(host="127.0.0.1", port=broker.port, topic="lab"))
    live = listener()
    outlet.send(messages)
    alert, window, observation = messages
    expected = {"lab/alert/1/too_bright": alert, "lab/window/1": window, "lab/observation/1": observation}
    until(lambda: len(live.heard) == 4)
    assert live.heard.pop("lab/status") == b"online"
    assert {topic: json.loads(payload) for topic, payload in live.heard.items()} == expected
    late = listener()
    until(lambda: len(late.heard) == 3)
    assert late.retained == {"lab/status", "lab/alert/1/too_bright", "lab/window/1"}
    outlet.close()
    until(lambda: live.heard.get("lab/status") == b"offline")


def test_the_last_will_says_that_a_monitor_vanished(broker, listener, messages):
    outlet = Mqtt(MqttOptions(host="127.0.0.1", port=broker.port, topic="lab"))
    outlet.send(messages)
    live = listener()
    until(lambda: live.heard.get("lab/status") == b"online")
    outlet._client.loop_stop()
    outlet._client.socket().close()  # as when the process is killed: no goodbye
    until(lambda: live.heard.get("lab/status") == b"offline")
    outlet._client = None


def test_a_broker_that_comes_back_is_used_again(broker, listener, messages):
    outlet = Mqtt(MqttOptions(host="127.0.0.1", port=broker.port, topic="lab", timeout_seconds=5))
    outlet.send(messages[:1])
    broker.stop()
    until(lambda: not outlet._client.is_connected())
    with pytest.raises(OutletError, match=rf"the broker at 127.0.0.1:{broker.port} is not there .*; trying again"):
        outlet.send(messages)
    broker.start()
    outlet.send(messages)
    live = listener()
    until(lambda: live.heard.get("lab/status") == b"online")
    outlet.close()
