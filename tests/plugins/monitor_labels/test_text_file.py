"""Files of other programs: encodings, headings, lines."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor_labels.text_file import LabelsError, read_labels, read_rows, read_text


def test_a_byte_of_another_encoding_is_named_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "results.csv"
    path.write_bytes("task,worker\na.png,Zoë\n".encode() + "b.png,Zoë\n".encode("latin-1"))
    with pytest.raises(LabelsError, match=r"results.csv, line 3: the byte 0xeb is not utf-8; .*--encoding"):
        read_text(path)


def test_the_right_encoding_can_be_named_and_a_mark_goes_before_it(tmp_path: Path) -> None:
    path = tmp_path / "results.csv"
    path.write_bytes("Zoë".encode("cp1252"))
    assert read_text(path, "cp1252") == "Zoë"
    for encoding in ("utf-8-sig", "utf-16"):
        path.write_bytes("Zoë".encode(encoding))
        assert read_text(path, "cp1252") == "Zoë"
    path.write_bytes(b"x")
    with pytest.raises(LabelsError, match="utf-9 is no encoding"):
        read_text(path, "utf-9")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "is empty"),
        ("  \n", "is empty"),
        ("task,worker,label\n", "the export is empty"),
        ("task,label\na,b\n", "lacks the column 'worker'"),
        ("task,worker,label\na,b,c,d\n", "line 2: more cells"),
        ('task,worker,label\na,b,"c\n', "line 2: unexpected end of data"),
    ],
)
def test_files_that_hold_no_answers_are_refused(tmp_path: Path, content: str, words: str) -> None:
    path = tmp_path / "results.csv"
    path.write_text(content)
    with pytest.raises(LabelsError, match=words):
        read_rows(path, ("task", "worker", "label"))


def test_a_missing_file_and_labels_that_cannot_be(tmp_path: Path) -> None:
    with pytest.raises(LabelsError, match=r"truth.csv cannot be read"):
        read_labels(tmp_path / "truth.csv", ("anger", "fear"))
    path = tmp_path / "truth.csv"
    path.write_text("task,label\na.png,Angry\nb.png,fera\n")
    with pytest.raises(LabelsError, match="line 3: unknown label 'fera'; did you mean 'fear'"):
        read_labels(path, ("anger", "fear"))
    path.write_text("task,label\na.png,Angry\na.png,fear\n")
    with pytest.raises(LabelsError, match=r"line 3: a.png stands there for the second time"):
        read_labels(path, ("anger", "fear"))
    path.write_text("task,label\na.png,Angry\n")
    assert read_labels(path, ("anger", "fear")) == {"a.png": "anger"}
