from __future__ import annotations

import hashlib
import json

import numpy as np
import pytest

from monitor.errors import ArtifactError
from monitor.model.artifact import Artifact, Manifest, sha256
from monitor.model.familiarity import FILE, Familiarity

MODEL = b"pretend this is a network"
FACTS = {
    "name": "calm",
    "version": "1.0",
    "sha256": hashlib.sha256(MODEL).hexdigest(),
    "input_shape": [3, 4, 4],
    "mean": [0.5, 0.5, 0.5],
    "std": [0.25, 0.25, 0.25],
    "colour": "rgb",
    "labels": ["yes", "no"],
    "licence": "CC0-1.0",
    "training_data": "none",
    "metrics": {"accuracy": 0.5},
    "trainer": "by hand",
    "commit": "0000000",
}


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "model.onnx").write_bytes(MODEL)
    (tmp_path / "manifest.json").write_text(json.dumps(FACTS))
    return tmp_path


def change(folder, **facts):
    manifest = {key: value for key, value in {**FACTS, **facts}.items() if value is not None}
    (folder / "manifest.json").write_text(json.dumps(manifest))


def test_a_folder_in_order_is_read(folder):
    artifact = Artifact.read(folder)
    assert artifact.manifest.labels == ("yes", "no")
    assert artifact.manifest.input_shape == (3, 4, 4)
    assert artifact.model.read_bytes() == MODEL
    assert repr(artifact) == f"Artifact(calm 1.0, {folder})"


def test_what_is_written_is_read_back(folder):
    manifest = Manifest.model_validate({**FACTS, "name": "ruhig 落ち着き"})
    assert Artifact.write(folder, manifest).manifest == manifest
    assert "落ち着き" in (folder / "manifest.json").read_text(encoding="utf-8")


def test_a_model_that_was_altered_is_refused(folder):
    (folder / "model.onnx").write_bytes(MODEL[:-1] + b"K")
    with pytest.raises(ArtifactError, match=r"model\.onnx: sha256 is \w{12}…, the manifest says \w{12}…"):
        Artifact.read(folder)


def test_a_manifest_cannot_be_written_for_another_model(folder):
    with pytest.raises(ArtifactError, match="the file was altered"):
        Artifact.write(folder, Manifest.model_validate({**FACTS, "sha256": "0" * 64}))


def test_missing_files_are_named(folder):
    (folder / "model.onnx").unlink()
    with pytest.raises(ArtifactError, match=r"model\.onnx is missing; the manifest beside it names it"):
        Artifact.read(folder)
    (folder / "manifest.json").unlink()
    with pytest.raises(ArtifactError, match=r"manifest\.json is missing: .* is not a model artifact"):
        Artifact.read(folder)


@pytest.mark.parametrize(
    ("facts", "message"),
    [
        ({"flavour": "sweet"}, "flavour: Extra inputs are not permitted"),
        ({"labels": None}, "labels: Field required"),
        ({"sha256": "abc"}, "sha256: String should match pattern"),
        ({"input_shape": [3, 4]}, "input_shape.2: Field required"),
        ({"colour": "cmyk"}, "colour: Input should be 'grey', 'rgb' or 'bgr'"),
        ({"format": "pickle"}, "format: Input should be 'onnx'"),
    ],
)
def test_a_manifest_with_a_wrong_key_or_value_is_refused(folder, facts, message):
    change(folder, **facts)
    with pytest.raises(ArtifactError) as caught:
        Artifact.read(folder)
    assert message in str(caught.value)
    assert str(folder / "manifest.json") in str(caught.value)


def test_a_manifest_that_is_no_json_is_refused(folder):
    (folder / "manifest.json").write_text("{")
    with pytest.raises(ArtifactError, match=r"manifest\.json: manifest: Invalid JSON"):
        Artifact.read(folder)


def test_what_is_known_of_training_pictures_is_checked_and_read(folder):
    known = Familiarity.of(np.zeros(2, np.float32), np.eye(2, dtype=np.float32), np.ones((9, 2), np.float32))
    (folder / FILE).write_bytes(known.to_bytes())
    change(folder, familiarity=sha256(folder / FILE))
    assert Artifact.read(folder).familiarity().mean.tolist() == [0, 0]
    (folder / FILE).write_bytes(b"something else")
    with pytest.raises(ArtifactError, match=r"familiarity\.npz: sha256 is \w{12}…, the manifest says"):
        Artifact.read(folder)
    (folder / FILE).unlink()
    with pytest.raises(ArtifactError, match=r"familiarity\.npz is missing"):
        Artifact.read(folder)


def test_a_model_without_it_is_read_and_written_as_before(folder):
    assert Artifact.read(folder).familiarity() is None
    Artifact.write(folder, Artifact.read(folder).manifest)
    assert "familiarity" not in json.loads((folder / "manifest.json").read_text())
