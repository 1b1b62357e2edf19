"""The page "Labels"."""

from __future__ import annotations

from pathlib import Path

from streamlit.testing.v1 import AppTest

from tests.plugins.monitor_labels.made_answers import answers_of_made_workers


def opened() -> AppTest:
    page = AppTest.from_string("from monitor_labels import page\npage.draw()", default_timeout=300).run()
    assert not page.exception
    return page


def test_without_answers_the_page_says_how_to_get_some() -> None:
    assert "monitor labels task" in opened().info[0].value


def test_the_page_shows_workers_labels_and_confusions(tmp_path: Path) -> None:
    answers_of_made_workers(30, 4)[0].write(tmp_path / "team" / "answers.parquet")
    page = opened()
    assert page.selectbox(key="labels_file").value == Path("team/answers.parquet")
    assert {metric.label: metric.value for metric in page.metric}["Answers"] == "120"
    assert {metric.label: metric.value for metric in page.metric}["In doubt"] == "1"
    workers, labels = page.dataframe
    assert len(workers.value) == 6
    assert "seconds" not in workers.value
    assert len(labels.value) == 30
    page.selectbox(key="labels_method").select("majority").run()
    assert not page.exception
    assert page.dataframe[1].value["tied"].any()
