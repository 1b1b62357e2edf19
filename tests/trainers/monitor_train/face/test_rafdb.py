"""RAF-DB is read as its authors publish it, with its landmarks brought to the aligned pictures."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from monitor_train.face import layouts, rafdb
from monitor_train.pictures.layouts import read_picture
from monitor_train.pictures.splits import DataError, Split

EYES_NOSE_MOUTH = np.array([(120.0, 210.5), (180.0, 204.0), (152.0, 240.0), (130.0, 268.0), (176.0, 262.0)])
TRAIN = [label for label in range(1, 8) for _ in range(12)]
"""Twelve training pictures of every class."""


def text(points: NDArray[np.float64], separator: str = "\t") -> str:
    return "".join(f"{x:.6f}{separator}{y:.6f}\n" for x, y in points)


@pytest.fixture
def basic(tmp_path: Path) -> Path:
    """A small RAF-DB: 84 training and 7 test pictures, whose landmarks all differ."""
    root = tmp_path / "basic"
    for folder in ("EmoLabel", "Image/aligned", "Annotation/auto", "Annotation/manual"):
        (root / folder).mkdir(parents=True)
    entries = [(f"train_{index:05d}", label) for index, label in enumerate(TRAIN, 1)]
    entries += [(f"test_{index:04d}", index) for index in range(1, 8)]
    (root / "EmoLabel/list_patition_label.txt").write_text("".join(f"{name}.jpg {label}\n" for name, label in entries))
    generator = np.random.default_rng(0)
    for name, _ in entries:
        cv2.imwrite(str(root / f"Image/aligned/{name}_aligned.jpg"), np.zeros((100, 100, 3), np.uint8))
        points = EYES_NOSE_MOUTH.mean(axis=0) + generator.normal(0, 30, (37, 2))
        (root / f"Annotation/auto/{name}_auto_attri.txt").write_text(text(points))
        (root / f"Annotation/manual/{name}_manu_attri.txt").write_text(text(EYES_NOSE_MOUTH) + "0\n1\n2\n")
    return root


def test_the_test_set_is_the_published_one(basic: Path) -> None:
    faces = rafdb.read(basic, "test")
    assert [file.name for file in faces.files] == [f"test_{index:04d}_aligned.jpg" for index in range(1, 8)]
    assert [faces.names[label] for label in faces.labels] == list(faces.names)
    assert faces.names == ("surprise", "fear", "disgust", "happiness", "sadness", "anger", "neutral")
    np.testing.assert_array_equal(faces.votes, np.eye(7))
    assert faces.majority.all()
    assert read_picture(faces.files[0]).shape == (100, 100, 3)


def test_the_folder_above_may_be_named(basic: Path) -> None:
    assert rafdb.read(basic.parent, "test").files == rafdb.read(basic, "test").files
    assert layouts.read(basic.parent, "rafdb", "test").files == rafdb.read(basic, "test").files


def test_a_tenth_of_every_class_is_held_out_for_validation(basic: Path) -> None:
    train, valid = rafdb.read(basic, "train"), rafdb.read(basic, "valid")
    assert not set(train.files) & set(valid.files)
    assert {file.name for file in (*train.files, *valid.files)} == {
        f"train_{index:05d}_aligned.jpg" for index in range(1, 85)
    }
    assert np.bincount(valid.labels).tolist() == [2] * 7
    for faces in (train, valid):
        published = [TRAIN[int(file.name[6:11]) - 1] - 1 for file in faces.files]
        assert faces.labels.tolist() == published


def test_landmarks_come_to_lie_as_in_the_aligned_picture(basic: Path) -> None:
    """OpenCV's map through the paper's three pairs of points is the reference."""
    left, right, _, *corners = EYES_NOSE_MOUTH.astype(np.float32)
    anchors = np.array([left, right, np.mean(corners, axis=0)], np.float32)
    matrix = cv2.getAffineTransform(anchors, np.array([(25, 35), (75, 35), (50, 75)], np.float32))
    faces = rafdb.read(basic, "valid")
    assert faces.landmarks is not None
    assert faces.landmarks.shape == (14, 37, 2)
    assert faces.landmarks.dtype == np.float32
    for file, landmarks in zip(faces.files, faces.landmarks, strict=True):
        points = np.loadtxt(basic / "Annotation/auto" / file.name.replace("_aligned.jpg", "_auto_attri.txt"))
        expected = cv2.transform(points[None], matrix)[0] / 100
        np.testing.assert_allclose(landmarks, expected, atol=1e-5)


def test_eyes_and_mouth_lie_where_the_paper_puts_them(basic: Path) -> None:
    points = np.tile(EYES_NOSE_MOUTH, (8, 1))[:37]
    (basic / "Annotation/auto/test_0001_auto_attri.txt").write_text(text(points, " "))
    faces = rafdb.read(basic, "test")
    assert faces.landmarks is not None
    left, right, _, *corners = faces.landmarks[0, :5]
    np.testing.assert_allclose([left, right, np.mean(corners, axis=0)], [(0.25, 0.35), (0.75, 0.35), (0.5, 0.75)])


@pytest.mark.parametrize(
    ("points", "manual"),
    [
        (np.full((37, 2), np.nan), EYES_NOSE_MOUTH),
        (np.zeros((37, 2)), EYES_NOSE_MOUTH),
        (np.arange(74).reshape(37, 2), np.repeat([(3.0, 4.0)], 5, axis=0)),
        (np.arange(74).reshape(37, 2), np.array([(0, 0), (10, 0), (5, 1), (4, 0.1), (6, 0.1)])),
    ],
    ids=["no numbers", "all the same", "manual points all the same", "manual points on a line"],
)
def test_points_that_mark_no_face_are_no_landmarks_but_keep_the_picture(
    basic: Path, points: NDArray[np.float64], manual: NDArray[np.float64]
) -> None:
    (basic / "Annotation/auto/test_0003_auto_attri.txt").write_text(text(points))
    (basic / "Annotation/manual/test_0003_manu_attri.txt").write_text(text(manual) + "0\n0\n0\n")
    faces = rafdb.read(basic, "test")
    assert len(faces) == 7
    assert faces.landmarks is not None
    assert np.isnan(faces.landmarks).all(axis=(1, 2)).tolist() == [index == 2 for index in range(7)]
    assert np.isnan(faces.landmarks).any(axis=(1, 2)).tolist() == [index == 2 for index in range(7)]


@pytest.mark.parametrize(
    "kind",
    [
        "Image/aligned/test_{}_aligned.jpg",
        "Annotation/auto/test_{}_auto_attri.txt",
        "Annotation/manual/test_{}_manu_attri.txt",
    ],
)
def test_missing_files_are_named_and_counted(basic: Path, kind: str) -> None:
    for number in ("0002", "0005", "0006"):
        (basic / kind.format(number)).unlink()
    name = kind.format("0002").replace(".", r"\.")
    with pytest.raises(DataError, match=rf"{name} is missing, and 2 more of 21; "):
        rafdb.read(basic, "test")
    assert len(rafdb.read(basic, "train")) == 70


@pytest.mark.parametrize("split", ["train", "valid", "test"])
def test_another_folder_is_not_taken_for_it(tmp_path: Path, split: Split) -> None:
    with pytest.raises(DataError, match=r"EmoLabel/list_patition_label\.txt is missing; --data must name"):
        rafdb.read(tmp_path, split)


def test_both_spellings_of_the_label_file_are_read(basic: Path) -> None:
    path = basic / "EmoLabel/list_patition_label.txt"
    path.rename(path.with_name("list_partition_label.txt"))
    assert len(rafdb.read(basic, "test")) == 7


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("test_0001.jpg 8", r"line 92: unknown label '8'; known: 1 \(surprise\) to 7 \(neutral\)"),
        ("test_0001.jpg", "line 92: unknown label ''"),
        ("test_0001.jpg happiness", "line 92: unknown label 'happiness'"),
        ("test_0001.jpg 1 2", "line 92: unknown label '1 2'"),
        ("face.jpg 1", "line 92: 'face.jpg 1' does not begin with a name such as"),
        ("test_0001.jpg 1", "line 92: test_0001.jpg has a label already"),
        ("test_0099.jpg 1", r"test_0099_aligned\.jpg is missing, and 2 more of 24; "),
    ],
)
def test_a_damaged_label_file_is_explained(basic: Path, line: str, message: str) -> None:
    with (basic / "EmoLabel/list_patition_label.txt").open("a") as file:
        file.write(line + "\n")
    with pytest.raises(DataError, match=message):
        rafdb.read(basic, "test")


def test_a_label_file_that_is_no_text_is_named(basic: Path) -> None:
    (basic / "EmoLabel/list_patition_label.txt").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(DataError, match="is not a text file"):
        rafdb.read(basic, "test")


def test_a_class_without_pictures_is_named(basic: Path) -> None:
    path = basic / "EmoLabel/list_patition_label.txt"
    path.write_text(path.read_text().replace("test_0003.jpg 3", "test_0003.jpg 2"))
    with pytest.raises(DataError, match="test: no picture of the class 'disgust'"):
        rafdb.read(basic, "test")
    assert len(rafdb.read(basic, "valid")) == 14


@pytest.mark.parametrize(
    ("kind", "content", "message"),
    [
        ("auto", text(np.ones((36, 2))), "has 36 points, not 37"),
        ("auto", text(np.ones((38, 2))), "has 38 points, not 37"),
        ("auto", "", "has 0 points, not 37"),
        ("auto", "1\t2\n3\n", "line 2: '3' must be two numbers"),
        ("auto", "1\t2\t3\n", "must be two numbers"),
        ("auto", "x\ty\n", "line 1: 'x\\\\ty' must be two numbers"),
        ("manual", text(EYES_NOSE_MOUTH[:4]), "has 4 points, not 5"),
        ("manual", text(EYES_NOSE_MOUTH[:4]) + "0\n0\n0\n", "line 5: '0' must be two numbers"),
    ],
)
def test_a_landmark_file_of_the_wrong_length_is_named(basic: Path, kind: str, content: str, message: str) -> None:
    path = basic / "Annotation" / kind / f"test_0004_{'auto' if kind == 'auto' else 'manu'}_attri.txt"
    path.write_text(content)
    with pytest.raises(DataError, match=f"test_0004_.*{message}"):
        rafdb.read(basic, "test")
