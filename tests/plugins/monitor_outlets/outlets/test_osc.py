from __future__ import annotations

import socket

import pytest

from monitor_outlets.options import OscOptions
from monitor_outlets.outlet import OutletError
from monitor_outlets.outlets.osc import Osc

osc_message = pytest.importorskip("pythonosc.osc_message")


def test_every_number_has_an_address_of_its_own(messages):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
        receiver.bind(("127.0.0.1", 0))
        receiver.settimeout(60)
        outlet = Osc(OscOptions(port=receiver.getsockname()[1], prefix="/lab"))
        outlet.send(messages)
        outlet.close()
        got = [osc_message.OscMessage(receiver.recv(4096)) for _ in range(6)]
    assert {each.address: each.params for each in got} == {
        "/lab/alert/1/too_bright": [1],
        "/lab/window/1/mood/scene/up": [0.25],
        "/lab/window/1/mood/scene/head_yaw": [12.5],
        "/lab/observation/1/face-fusion/7/anger": [0.75],
        "/lab/observation/1/face-fusion/7/neutral": [0.25],
        "/lab/observation/1/face-fusion/7/head_yaw": [-3.0],
    }


def test_a_host_that_there_is_not_is_trouble_and_no_end(messages):
    outlet = Osc(OscOptions(host="nobody.invalid"))
    with pytest.raises(OutletError, match=r"nothing can be sent to nobody.invalid:9000 \(.*\); trying again"):
        outlet.send(messages)
    outlet.close()
