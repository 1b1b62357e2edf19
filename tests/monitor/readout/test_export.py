"""Exports, read back with pandas, pyarrow and json, and compared with the store."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from monitor.errors import MonitorError
from monitor.readout import export, export_chunks
from monitor.readout.export_columns import OBSERVATION_COLUMNS, STATISTICS, WINDOW_COLUMNS
from monitor.readout.marked import EVENT_COLUMNS
from monitor.sample import Frame, Observation, Sample
from monitor.store import Recorder, Session, Store
from monitor.store.events import Event, add_events, undo
from tests.made_up_session import FACE_LABELS, HEADS, MEASURES, SCENE_LABELS, MadeUpSession

LABELS = [*FACE_LABELS, *SCENE_LABELS]


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Store, Session]]:
    with Store(tmp_path_factory.mktemp("store") / "made-up.db", create=True) as store:
        made_up = MadeUpSession(store)
        made_up.play(60)
        yield store, made_up.end()


@pytest.fixture(scope="module")
def adjusted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Store, Session]]:
    """The same session, to be shown smoothed and calibrated."""
    with Store(tmp_path_factory.mktemp("store") / "adjusted.db", create=True) as store:
        made_up = MadeUpSession(store, half_life_seconds=2.0, calibrate_seconds=10.0)
        made_up.play(60)
        yield store, made_up.end()


@pytest.fixture
def pictures(tmp_path: Path) -> Iterator[tuple[Store, Session]]:
    """Three pictures: the first shows one person, the second nobody, on the third the analyzer failed."""
    with Store(tmp_path / "pictures.db", create=True) as store:
        recorder = Recorder(store, name="p", every_seconds=0.5, window_seconds=5, labels={"mood": ["glad", "sad"]})
        source = recorder.add_source("album", "pictures")
        for number, file in enumerate(["a.jpg", "b, c.jpg", "d.jpg"]):
            frame = Frame(np.zeros((2, 2, 3), np.uint8), number * 0.5, 1, number, file, source_name="album")
            recorder.add_sample(source, Sample(frame), faces_looked_for=number < 2)
        recorder.add_observations(source, 0, [Observation("mood", 1, 0.0, 4, {"glad": 0.75, "sad": 0.25})])
        recorder.finish("finished")
        yield store, store.session("latest")


def test_observations_have_the_documented_columns_and_one_column_per_label(recorded: tuple[Store, Session]) -> None:
    rows = pd.read_csv(io.StringIO(export.observations_csv(*recorded)))
    assert list(rows) == [*OBSERVATION_COLUMNS, *LABELS]


def test_every_stored_observation_is_one_row_with_its_probabilities(recorded: tuple[Store, Session]) -> None:
    store, session = recorded
    stored = store.observations(session)
    rows = export.observations(store, session)
    assert len(rows) == len(stored)
    for name in ("sample", "seconds", "analyzer", "subject", *LABELS):
        pd.testing.assert_series_equal(rows[name], stored[name], check_dtype=False, atol=1e-6)
    faces = rows[rows["analyzer"] == "face-fusion"]
    assert np.allclose(faces[list(FACE_LABELS)].sum(axis=1), 1.0, atol=1e-5)
    assert faces[list(SCENE_LABELS)].isna().all(axis=None)


def test_the_whole_frame_has_an_empty_subject(recorded: tuple[Store, Session]) -> None:
    rows = pd.read_csv(io.StringIO(export.observations_csv(*recorded)))
    assert rows.loc[rows["analyzer"] == "scene-sentiment", "subject"].isna().all()
    assert set(rows.loc[rows["analyzer"] == "face-fusion", "subject"]) == {1, 2}


def test_faces_and_scene_stand_on_one_time_base(recorded: tuple[Store, Session]) -> None:
    rows, windows = export.observations(*recorded), export.windows(*recorded)
    for _, sample in rows.groupby(["source", "sample"]):
        assert sample["seconds"].nunique() == sample["faces"].nunique() == 1
        scene = sample[sample["analyzer"] == "scene-sentiment"]
        assert len(scene) == 1
        assert scene["subject"].isna().all()
        faces = sample[sample["analyzer"] == "face-fusion"]
        assert len(faces) == sample["faces"].iloc[0]
        assert faces["subject"].notna().all()
    time = ["source", "start_seconds", "end_seconds"]
    scene, faces = (windows[windows["analyzer"] == name] for name in ("scene-sentiment", "face-fusion"))
    assert not scene.duplicated(time).any()
    both = faces.merge(scene, on=time, suffixes=(None, "_scene"))
    assert len(both) == len(faces)  # a scene is there whenever a face is
    assert both["subject_scene"].isna().all()
    assert both["subject"].notna().all()


@pytest.mark.parametrize("half_life_seconds", [0.0, 2.0])
def test_analyzers_that_share_labels_keep_their_rows_apart(tmp_path: Path, half_life_seconds: float) -> None:
    labels = {"faces": ["anger", "neutral"], "wheel": ["awe", "anger"]}
    with Store(tmp_path / "shared.db", create=True) as store:
        recorder = Recorder(
            store,
            name="s",
            every_seconds=0.5,
            window_seconds=5,
            labels=labels,
            half_life_seconds=half_life_seconds,
        )
        source = recorder.add_source("clip.mp4", "file")
        for number in range(4):
            frame = Frame(np.zeros((2, 2, 3), np.uint8), number * 0.5, 1, number, source_name="clip.mp4")
            face = Observation("faces", 1, number * 0.5, 1, {"anger": 0.25, "neutral": 0.75})
            wheel = Observation("wheel", 1, number * 0.5, None, {"awe": 0.125, "anger": 0.875})
            recorder.add_sample(source, Sample(frame), faces_looked_for=True)
            recorder.add_observations(source, number, [face, wheel])
        recorder.finish("finished")
        session = store.session("latest")
        for table in (export.observations(store, session), export.windows(store, session)):
            assert [name for name in table if name in {"anger", "neutral", "awe"}] == ["anger", "neutral", "awe"]
            for prefix in ("", "shown_") if half_life_seconds else ("",):
                columns = [prefix + label for label in ("anger", "neutral", "awe")]
                faces, wheel = (table.loc[table["analyzer"] == name, columns] for name in labels)
                assert np.array_equal(faces, [[0.25, 0.75, np.nan]] * len(faces), equal_nan=True)
                assert np.array_equal(wheel, [[0.875, np.nan, 0.125]] * len(wheel), equal_nan=True)


def test_a_scene_of_every_picture_is_one_row_with_the_name_of_its_file(tmp_path: Path) -> None:
    with Store(tmp_path / "album.db", create=True) as store:
        recorder = Recorder(store, name="a", every_seconds=0.5, window_seconds=5, labels={"scene": ["glad", "sad"]})
        source = recorder.add_source("album", "pictures")
        for number, file in enumerate(["a.jpg", "b.jpg"]):
            frame = Frame(np.zeros((2, 2, 3), np.uint8), number * 0.5, 1, number, file, source_name="album")
            recorder.add_sample(source, Sample(frame), faces_looked_for=False)
            seen = Observation("scene", 1, number * 0.5, None, {"glad": 0.5, "sad": 0.5})
            recorder.add_observations(source, number, [seen])
        recorder.finish("finished")
        rows = export.observations(store, store.session("latest"))
    assert rows["file"].tolist() == ["a.jpg", "b.jpg"]
    assert rows[["faces", "subject"]].isna().all(axis=None)


def test_a_sample_without_observations_is_one_row_of_its_own(pictures: tuple[Store, Session]) -> None:
    rows = pd.read_csv(io.StringIO(export.observations_csv(*pictures)), dtype={"file": str})
    assert rows["file"].tolist() == ["a.jpg", "b, c.jpg", "d.jpg"]
    assert rows["subject"].tolist()[0] == 4
    nobody = rows.iloc[1]
    assert nobody["faces"] == 0
    assert nobody[["analyzer", "subject", "glad", "sad"]].isna().all()
    assert np.isnan(rows.iloc[2]["faces"])


def slow_shown(raw: pd.DataFrame, labels: Sequence[str]) -> pd.DataFrame:
    """One subject's scores calibrated on their first ten seconds, then smoothed with a half-life of two, row by row."""
    scores = raw[list(labels)].to_numpy()
    if "neutral" in labels:
        first = scores[(raw["seconds"] < raw["seconds"].iloc[0] + 10.0).to_numpy()].mean(axis=0)
        target = np.array([0.9 if label == "neutral" else 0.1 / (len(labels) - 1) for label in labels])
        scores = scores * target / np.maximum(first, 0.01)
        scores /= scores.sum(axis=1, keepdims=True)
    rows = [scores[0]]
    for number in range(1, len(raw)):
        weight = 0.5 ** ((raw["seconds"].iloc[number] - raw["seconds"].iloc[number - 1]) / 2.0)
        rows.append(weight * rows[-1] + (1 - weight) * scores[number])
    return pd.DataFrame(rows, columns=list(labels), index=raw.index)


def test_a_session_shown_raw_has_no_further_columns_and_another_keeps_its_raw_ones(
    recorded: tuple[Store, Session], adjusted: tuple[Store, Session]
) -> None:
    for table in (export.observations, export.windows):
        plain, more = table(*recorded), table(*adjusted)
        assert not [name for name in plain if name.startswith("shown")]
        assert list(more) == [*plain, *(f"shown_{label}" for label in LABELS)]
        pd.testing.assert_frame_equal(more[list(plain)], plain)
    store, session = recorded
    pd.testing.assert_frame_equal(
        export.observations(store, replace(session, half_life_seconds=2.0, calibrate_seconds=10.0)),
        export.observations(*adjusted),
    )


def test_shown_scores_and_shares_agree_with_the_formulas(adjusted: tuple[Store, Session]) -> None:
    rows, windows = export.observations(*adjusted), export.windows(*adjusted)
    assert windows["samples"].sum() == len(rows[rows["analyzer"].notna()])
    subjects = rows.groupby(["source", "analyzer", "subject"], dropna=False)
    assert len(subjects) == 5
    for (source, analyzer, subject), raw in subjects:
        labels = FACE_LABELS if analyzer == "face-fusion" else SCENE_LABELS
        expected = slow_shown(raw, labels)
        columns = [f"shown_{label}" for label in labels]
        assert np.allclose(raw[columns], expected, atol=1e-5)
        assert np.allclose(raw[columns].sum(axis=1), 1.0, atol=1e-5)
        assert raw[[f"shown_{label}" for label in {*LABELS} - {*labels}]].isna().all(axis=None)
        own = windows[(windows["source"] == source) & (windows["analyzer"] == analyzer)]
        own = own[own["subject"].isna() if pd.isna(subject) else own["subject"] == subject]
        assert len(own) == (raw["seconds"] // 5).nunique()
        for window in own.to_dict("records"):
            inside = (raw["seconds"] >= window["start_seconds"]) & (raw["seconds"] < window["end_seconds"])
            assert np.allclose([window[name] for name in columns], expected[inside].mean(), atol=1e-5)


def test_calibration_alone_leaves_whole_frames_as_they_are(adjusted: tuple[Store, Session]) -> None:
    store, session = adjusted
    rows = export.observations(store, replace(session, half_life_seconds=0.0))
    scenes = rows[rows["analyzer"] == "scene-sentiment"]
    assert (scenes["shown_positive"] == scenes["positive"]).all()
    first = rows[(rows["analyzer"] == "face-fusion") & (rows["seconds"] < 10) & (rows["source"] == "interview.mp4")]
    assert first["neutral"].mean() < 0.6 < first["shown_neutral"].mean()


def test_windows_hold_shares_and_not_sums(recorded: tuple[Store, Session]) -> None:
    store, session = recorded
    rows = pd.read_csv(io.StringIO(export.windows_csv(store, session)))
    assert list(rows) == [*WINDOW_COLUMNS, *LABELS]
    raw = export.observations(store, session)
    raw = raw[(raw["source"] == "interview.mp4") & (raw["subject"] == 2)]
    row = rows[(rows["source"] == "interview.mp4") & (rows["subject"] == 2)].iloc[1]
    inside = raw[(raw["seconds"] >= row["start_seconds"]) & (raw["seconds"] < row["end_seconds"])]
    assert row["samples"] == len(inside) == 10
    for label in FACE_LABELS:
        assert row[label] == pytest.approx(inside[label].sum() / len(inside), abs=1e-5)
    assert rows.loc[rows["analyzer"] == "scene-sentiment", "subject"].isna().all()
    assert len(rows) == sum(len(store.windows(session, name)) for name in session.analyzers)


@pytest.mark.parametrize("shown", ["recorded", "adjusted"])
def test_parquet_holds_the_same_and_describes_every_column(shown: str, request: pytest.FixtureRequest) -> None:
    store, session = request.getfixturevalue(shown)
    for content, expected in (
        (export.observations_parquet(store, session), export.observations(store, session)),
        (export.windows_parquet(store, session), export.windows(store, session)),
    ):
        table = pq.read_table(io.BytesIO(content))
        pd.testing.assert_frame_equal(table.to_pandas(), expected, check_dtype=False)
        descriptions = [field.metadata[b"description"].decode() for field in table.schema]
        assert all(descriptions)
        assert any("'happiness'" in text for text in descriptions)
        known = json.loads(table.schema.metadata[b"emotion-monitor"])
        assert known["id"] == session.id
        assert known["labels"]["face-fusion"] == list(FACE_LABELS)
        assert known["half_life_seconds"] == session.half_life_seconds
        assert sum("smoothed" in text for text in descriptions) == (len(LABELS) if shown == "adjusted" else 0)


def test_json_is_one_object_with_nulls_for_nothing(recorded: tuple[Store, Session]) -> None:
    store, session = recorded
    everything = json.loads(export.as_json(store, session), parse_constant=lambda name: pytest.fail(name))
    assert list(everything) == ["session", "events", "observations", "windows"]
    assert len(everything["observations"]) == len(export.observations(store, session))
    scene = next(row for row in everything["observations"] if row["analyzer"] == "scene-sentiment")
    assert scene["subject"] is None
    assert scene["happiness"] is None
    assert [source["name"] for source in everything["session"]["sources"]] == [
        "interview.mp4",
        "rtsp://camera.local/door",
    ]
    assert "picture_url" not in everything["session"]


def test_a_session_without_anything_exports_as_heads_only(tmp_path: Path) -> None:
    with Store(tmp_path / "empty.db", create=True) as store:
        recorder = Recorder(store, name="e", every_seconds=1, window_seconds=5, labels={"mood": ["glad", "sad"]})
        recorder.add_source("nothing.mp4", "file")
        recorder.finish("failed")
        session = store.session("latest")
        assert export.observations_csv(store, session).splitlines() == [",".join([*OBSERVATION_COLUMNS, "glad", "sad"])]
        assert export.windows_csv(store, session).splitlines() == [",".join([*WINDOW_COLUMNS, "glad", "sad"])]
        everything = json.loads(export.as_json(store, session))
        assert everything["observations"] == everything["windows"] == []
        assert pq.read_table(io.BytesIO(export.windows_parquet(store, session))).num_rows == 0
        smooth = replace(session, half_life_seconds=2.0, calibrate_seconds=2.0)
        for table in (export.observations(store, smooth), export.windows(store, smooth)):
            assert table.empty
            assert list(table)[-2:] == ["shown_glad", "shown_sad"]


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_windows_are_written_beside_the_observations(
    recorded: tuple[Store, Session], kind: export.Format, tmp_path: Path
) -> None:
    paths = export.write(*recorded, kind, tmp_path / f"out.{kind}")
    assert paths == [tmp_path / f"out.{kind}", tmp_path / f"out.windows.{kind}"]
    assert all(path.stat().st_size for path in paths)


def test_json_is_one_file(recorded: tuple[Store, Session], tmp_path: Path) -> None:
    (path,) = export.write(*recorded, "json", tmp_path / "out.json")
    assert json.loads(path.read_text())["session"]["id"] == recorded[1].id


def test_a_place_that_cannot_be_written_is_named(recorded: tuple[Store, Session], tmp_path: Path) -> None:
    with pytest.raises(MonitorError, match=r"nowhere/out\.csv cannot be written: No such file or directory"):
        export.write(*recorded, "csv", tmp_path / "nowhere" / "out.csv")
    with pytest.raises(MonitorError, match="Is a directory"):
        export.write(*recorded, "csv", tmp_path)


def test_an_interrupted_export_leaves_what_was_there_before(tmp_path: Path) -> None:
    place = tmp_path / "out.json"
    export.write_file(place, "before")

    class Interrupted(str):
        def encode(self, *_: object) -> bytes:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        export.write_file(place, Interrupted("half"))
    assert [path.name for path in tmp_path.iterdir()] == ["out.json"]
    assert place.read_text() == "before"
    export.write_file(place, b"after")
    assert place.read_text() == "after"


def test_a_link_stays_one_and_a_pipe_is_written_to(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("out.txt")
    export.write_file(tmp_path / "link", "through the link")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "out.txt").read_text() == "through the link"
    export.write_file(Path("/dev/null"), "gone")
    assert Path("/dev/null").is_char_device()


def test_the_documentation_names_every_column() -> None:
    text = (Path(__file__).parents[3] / "docs" / "export.md").read_text()
    for name in (*OBSERVATION_COLUMNS, *WINDOW_COLUMNS, *EVENT_COLUMNS):
        assert f"| `{name}` |" in text, name
    assert text.count("| `shown_<label>`") == 2


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Store, Session]]:
    """With an analyzer that has measures and no labels, shown smoothed and calibrated."""
    with Store(tmp_path_factory.mktemp("store") / "measured.db", create=True) as store:
        made_up = MadeUpSession(store, with_measures=True, half_life_seconds=2.0, calibrate_seconds=10.0)
        made_up.play(35)
        yield store, made_up.end()


@pytest.mark.parametrize("table", [export.observations, export.windows])
def test_tables_are_the_same_however_many_rows_are_read_at_once(
    measured: tuple[Store, Session], table: Callable[..., pd.DataFrame], monkeypatch: pytest.MonkeyPatch
) -> None:
    at_once = table(*measured)
    monkeypatch.setattr(export_chunks, "SAMPLES_AT_ONCE", 13)
    monkeypatch.setattr(export_chunks, "WINDOWS_AT_ONCE", 4)
    pd.testing.assert_frame_equal(table(*measured), at_once)
    assert len(list(export_chunks.observation_chunks(*measured))) > 8


def test_measures_have_columns_of_values_and_of_what_windows_tell(measured: tuple[Store, Session]) -> None:
    store, session = measured
    rows, windows = export.observations(store, session), export.windows(store, session)
    names = [measure.name for measure in MEASURES]
    assert list(rows)[: -len(LABELS)] == [*OBSERVATION_COLUMNS, *LABELS, *names]
    statistics = [f"{name}_{key}" for name in names for key in STATISTICS]
    assert list(windows)[: -len(LABELS)] == [*WINDOW_COLUMNS, *LABELS, *statistics]
    raw = rows[rows["analyzer"] == HEADS]
    assert raw[LABELS].isna().all(axis=None)
    assert rows.loc[rows["analyzer"] != HEADS, names].isna().all(axis=None)
    own = windows[windows["analyzer"] == HEADS]
    assert own["samples"].sum() == len(raw)
    for window in own.to_dict("records"):
        inside = raw[(raw["source"] == window["source"]) & (raw["subject"] == window["subject"])]
        inside = inside[(inside["seconds"] >= window["start_seconds"]) & (inside["seconds"] < window["end_seconds"])]
        for name in names:
            values = inside[name].dropna().to_numpy()
            expected = [len(values), values.mean(), values.std(ddof=1), values.min(), values.max()]
            assert [window[f"{name}_{key}"] for key in STATISTICS] == pytest.approx(expected, abs=2e-6)


def test_parquet_and_json_say_what_a_measure_is(measured: tuple[Store, Session]) -> None:
    table = pq.read_table(io.BytesIO(export.observations_parquet(*measured)))
    assert table.schema.field("head_yaw").metadata[b"description"].decode().endswith("left, in degrees")
    everything = json.loads(export.as_json(*measured), parse_constant=lambda name: pytest.fail(name))
    height = everything["session"]["measures"][HEADS][2]
    assert height == {
        "name": "face_height",
        "unit": "pixels",
        "low": 0.0,
        "high": None,
        "meaning": "Height of the face in the frame.",
        "doubt": "",
    }
    row = next(row for row in everything["windows"] if row["analyzer"] == HEADS)
    assert row["face_height_mean"] == 130.0


TWELVE_SECONDS = Event(1, "exclude", 7.0, 19.0, "a, b", "cuts", 1, "loud")


@pytest.fixture
def marked(recorded: tuple[Store, Session]) -> Iterator[tuple[Store, Session]]:
    """The recorded session with twelve seconds excluded of its first source, and a moment of all."""
    add_events(recorded[0], [TWELVE_SECONDS, Event(1, "moment", 30.0, label="laugh")])
    yield recorded
    undo(recorded[0], 1)


def test_what_is_excluded_is_left_out_and_said(recorded: tuple[Store, Session]) -> None:
    before = export.observations(*recorded)
    add_events(recorded[0], [TWELVE_SECONDS])
    everything, rows = json.loads(export.as_json(*recorded)), export.observations(*recorded)
    windows = export.windows(*recorded).query("source == 'interview.mp4'")
    undo(recorded[0], 1)
    assert [source["excluded_seconds"] for source in everything["session"]["sources"]] == [12.0, 0.0]
    gone = (before["source"] == "interview.mp4") & before["seconds"].between(7, 19, inclusive="left")
    pd.testing.assert_frame_equal(rows, before[~gone].reset_index(drop=True))
    assert not windows["start_seconds"].isin([10.0]).any()
    cut = windows.query("start_seconds == 5 and analyzer == 'scene-sentiment'")
    assert cut["samples"].tolist() == [4]
    inside = rows.query("source == 'interview.mp4' and analyzer == 'scene-sentiment' and 5 <= seconds < 10")
    assert cut["positive"].iloc[0] == pytest.approx(inside["positive"].mean(), abs=1e-6)


def test_events_are_a_table_of_their_own(marked: tuple[Store, Session], tmp_path: Path) -> None:
    paths = export.write(*marked, "csv", tmp_path / "out.csv")
    assert [path.name for path in paths] == ["out.csv", "out.windows.csv", "out.events.csv"]
    found = pd.read_csv(paths[2])
    assert list(found) == list(EVENT_COLUMNS)
    assert found[["kind", "start_seconds", "label", "tier"]].to_numpy().tolist() == [
        ["exclude", 7.0, "a, b", "cuts"],
        ["moment", 30.0, "laugh", "marks"],
    ]
    assert found["source"].iloc[0] == "interview.mp4"
    assert found["source"].isna().iloc[1]
    table = pq.read_table(export.write(*marked, "parquet", tmp_path / "out.parquet")[2])
    assert table.column("end_seconds").to_pylist() == [19.0, None]
    assert table.column("event").to_pylist() == found["event"].tolist()
    assert table.schema.field("kind").metadata[b"description"].startswith(b"moment, interval")
    assert [event["note"] for event in json.loads(export.as_json(*marked))["events"]] == ["loud", ""]
