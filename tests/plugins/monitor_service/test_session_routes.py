"""Sessions read over HTTP, compared with what the store says."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator

import httpx
import pandas as pd
import pytest

from monitor.readout import export
from monitor.readout.marked import EVENT_COLUMNS, event_table
from monitor.store import Session
from tests.made_up_session import MadeUpSession
from tests.plugins.monitor_service.conftest import Service
from tests.plugins.monitor_service.test_recognize_routes import problem


@pytest.fixture(scope="module")
def session(service: Service) -> Iterator[Session]:
    """A finished session of two sources."""
    made_up = MadeUpSession(service.store)
    made_up.play(50)
    made_up.recorder.finish("finished")
    return service.store.session("latest")


def get(service: Service, path: str, **query: object) -> httpx.Response:
    response = service.client.get(f"/v1/sessions{path}", params=query)
    assert response.status_code == 200, response.text
    return response


def test_the_list_and_one_session(service: Service, session: Session) -> None:
    listed = get(service, "").json()
    assert [each["id"] for each in listed] == [each.id for each in service.store.sessions()]
    for key in (session.id, "latest", "made-up"):
        one = get(service, f"/{key}").json()
        assert (one["id"], one["state"], one["labels"]) == (session.id, "finished", session.labels)
        assert [source["name"] for source in one["sources"]] == ["interview.mp4", "rtsp://camera.local/door"]
        assert {name: one[name] for name in ("people", "gaps", "faults")} == service.store.counts(session)
    assert "picture_url" not in one


def test_people(service: Service, session: Session) -> None:
    people = pd.DataFrame(get(service, f"/{session.id}/people").json())
    stored = service.store.people(session)[["source_id", "subject", "first_seconds", "last_seconds", "samples"]]
    stored = stored.rename(columns={"source_id": "source"})
    assert list(people["person"]) == list(people["subject"])
    assert set(people["name"]) == {None}
    people = people[list(stored.columns)]
    pd.testing.assert_frame_equal(
        people.sort_values(["source", "subject"], ignore_index=True), stored.reset_index(drop=True), check_dtype=False
    )


def test_windows_since_a_time(service: Service, session: Session) -> None:
    windows = get(service, f"/{session.id}/windows", since=12, until=31).json()
    assert {window["start_seconds"] for window in windows} == {10, 15, 20, 25, 30}
    exported = export.windows(service.store, session)
    names = {source.id: source.name for source in service.store.sources(session.id)}
    for window in windows:
        for subject in window["subjects"]:
            person = (
                exported["subject"].isna() if subject["subject"] is None else exported["subject"] == subject["subject"]
            )
            (row,) = exported[
                person
                & (exported["source"] == names[window["source"]])
                & (exported["analyzer"] == subject["analyzer"])
                & (exported["start_seconds"] == window["start_seconds"])
            ].to_dict("records")
            assert row["samples"] == subject["samples"]
            assert subject["shares"] == pytest.approx({label: row[label] for label in subject["shares"]}, abs=1e-5)


def test_observations_in_pages(service: Service, session: Session) -> None:
    seen, after = [], 0
    while after is not None:
        page = get(service, f"/{session.id}/observations", after=after, most=100).json()
        seen += page["observations"]
        after = page["next"]
    raw = service.store.observations(session)
    assert len(seen) == len(raw)
    assert {(each["source"], each["sample"], each["analyzer"], each["subject"]) for each in seen} == {
        (row.source_id, row.sample, row.analyzer, None if pd.isna(row.subject) else row.subject)
        for row in raw.itertuples()
    }


@pytest.mark.parametrize("table", ["observations", "windows", "events"])
def test_export_as_a_download(service: Service, session: Session, table: str) -> None:
    if table == "events":
        assert get(service, f"/{session.id}/export", table=table).text == f"{','.join(EVENT_COLUMNS)}\n"
        service.client.post(f"/v1/sessions/{session.id}/events", json={"kind": "moment", "start_seconds": 3})
        expected = event_table(service.store, session)
        assert len(expected) == 1
    else:
        expected = getattr(export, table)(service.store, session)
    csv = get(service, f"/{session.id}/export", format="csv", table=table)
    assert f'filename="session-{session.id}' in csv.headers["content-disposition"]
    assert csv.headers["content-type"].startswith("text/csv")
    assert csv.text == expected.to_csv(index=False, lineterminator="\n")
    parquet = get(service, f"/{session.id}/export", format="parquet", table=table)
    assert len(pd.read_parquet(io.BytesIO(parquet.content))) == len(expected)
    assert len(json.loads(get(service, f"/{session.id}/export", format="json").content)[table]) == len(expected)


@pytest.mark.parametrize("path", ["", "/people", "/windows", "/observations", "/export", "/stream"])
def test_an_unknown_session_is_404(service: Service, path: str) -> None:
    response = service.client.get(f"/v1/sessions/77{path}")
    assert (response.status_code, problem(response)) == (404, "unknown_session")


@pytest.mark.parametrize(
    "path", ["?most=0", "/latest/windows?since=x", "/latest/observations?after=-1", "/latest/export?format=xls"]
)
def test_wrong_values_are_named(service: Service, session: Session, path: str) -> None:
    response = service.client.get(f"/v1/sessions{path}")
    assert (response.status_code, problem(response)) == (422, "wrong_value")
    name = path.partition("?")[2].partition("=")[0]
    assert response.json()["error"]["message"].startswith(f"{name}: ")
