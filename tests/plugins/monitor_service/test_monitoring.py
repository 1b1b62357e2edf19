"""The dashboard for Grafana and the alerts for Prometheus name figures that the service has, with labels they have."""

from __future__ import annotations

import json
import re
from importlib.resources import files

import pytest
import yaml

from tests.made_up_session import MadeUpSession
from tests.plugins.monitor_service.conftest import TWO_FACES, Service
from tests.plugins.monitor_service.test_recognize_routes import BINARY

FOLDER = files("monitor_service") / "monitoring"
NAME = re.compile(r"\b(?:monitor|process)_[a-z_]+")


@pytest.fixture(scope="module")
def figures(service: Service) -> dict[str, set[str]]:
    """Figure -> its labels, of a service that has answered a request and whose store has a session under way."""
    made_up = MadeUpSession(service.store)
    made_up.play(35)
    made_up.recorder.set_stages_ms({"faces": 12.0})
    made_up.recorder.flush(force=True)
    service.client.post("/v1/recognize", content=TWO_FACES, headers=BINARY)
    service.desk._metrics.analyzer_faults.labels("mood").inc()
    found: dict[str, set[str]] = {}
    for line in service.client.get("/metrics").text.splitlines():
        if line and not line.startswith("#"):
            name, labels = re.match(r"([a-z_]+)(?:\{(.*)\})? ", line).groups()
            found.setdefault(name, set()).update(re.findall(r'(\w+)="', labels or ""))
    made_up.end()
    return found


def test_every_alert_can_fire(figures: dict[str, set[str]]) -> None:
    (group,) = yaml.safe_load((FOLDER / "alerts.yaml").read_text())["groups"]
    assert len(group["rules"]) == 4
    for rule in group["rules"]:
        names = NAME.findall(rule["expr"])
        assert names
        assert set(names) <= set(figures)
        labels = set.intersection(*(figures[name] for name in names))
        assert set(re.findall(r"\$labels\.(\w+)", rule["annotations"]["summary"])) <= labels


def test_every_panel_has_something_to_show(figures: dict[str, set[str]]) -> None:
    dashboard = json.loads((FOLDER / "grafana.json").read_text())
    assert len({panel["id"] for panel in dashboard["panels"]}) == len(dashboard["panels"]) == 12
    for target in (target for panel in dashboard["panels"] for target in panel["targets"]):
        (name,) = NAME.findall(target["expr"])
        assert name in figures
        assert set(re.findall(r"{{(\w+)}}", target["legendFormat"])) <= figures[name]
