from __future__ import annotations

import pytest

from monitor.errors import ConfigError
from monitor_outlets.options import read_outlets


def test_outlets_with_a_section_are_chosen():
    assert read_outlets({}).chosen() == {}
    chosen = read_outlets({"osc": {}, "webhook": {"url": "https://example.org/a", "send": ["window"]}}).chosen()
    assert {name: options.send for name, options in chosen.items()} == {
        "webhook": ["window"],
        "osc": ["alert", "observation"],
    }


@pytest.mark.parametrize(
    ("sections", "message"),
    [
        ({"webhok": {}}, r"unknown setting in \[outlets\]: 'webhok'; did you mean 'webhook'\?"),
        ({"webhook": {}}, "setting outlets.webhook.url is missing; it has no default"),
        ({"webhook": {"url": "example.org"}}, "setting outlets.webhook.url: .*, not 'example.org'"),
        ({"mqtt": {"host": "a", "prot": 1}}, r"unknown setting in \[outlets.mqtt\]: 'prot'; did you mean 'port'\?"),
        ({"mqtt": {"host": "a", "topic": "a/#"}}, "setting outlets.mqtt.topic: .*, not 'a/#'"),
        ({"osc": {"send": []}}, "setting outlets.osc.send must not be empty"),
        ({"osc": {"send": ["alerts"]}}, "input should be 'alert', 'window' or 'observation', not 'alerts'"),
    ],
)
def test_mistakes_are_one_clear_line(sections: dict, message: str):
    with pytest.raises(ConfigError, match=message):
        read_outlets(sections)


def test_secrets_are_not_shown():
    options = read_outlets({"webhook": {"url": "https://example.org", "secret": "hush"}})
    assert "hush" not in repr(options)
