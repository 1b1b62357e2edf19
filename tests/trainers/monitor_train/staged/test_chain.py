"""Chains as a person writes them."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.emotions import FACES, SEVEN
from monitor.errors import ConfigError
from monitor_train.staged.chain import read_chain

ONE = '[[stages]]\nname = "a"\ndata = "d"\n'


def test_paths_count_from_the_file(tmp_path: Path) -> None:
    path = tmp_path / "chain.toml"
    path.write_text('[network]\narchitecture = "vgg16"\ninit = "w.safetensors"\nclasses = "seven"\n' + ONE)
    chain = read_chain(path)
    assert chain.network.init == str(tmp_path / "w.safetensors")
    assert chain.network.labels == SEVEN
    assert [stage.data for stage in chain.stages] == [tmp_path / "d"]
    path.write_text(ONE)
    assert (read_chain(path).network.init, read_chain(path).network.labels) == ("random", FACES)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("stages = 3", "stages"),
        ("", r"setting .*chain\.toml\.stages is missing"),
        (ONE + ONE, "stages need names of their own, not a, a"),
        (ONE + "resolutoin = 48\n", "resolutoin"),
        (ONE + "resolution = 8\n", r"stages #1\.resolution: .*greater than or equal to 32, not 8"),
        ('[network]\narchitecture = "vgg19"\n' + ONE, r"network\.architecture: .*'vgg16'.* not 'vgg19'"),
        (ONE + "resolution = \n", "is not a TOML file"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "chain.toml"
    path.write_text(text)
    with pytest.raises(ConfigError, match=message):
        read_chain(path)
    with pytest.raises(ConfigError, match=r"gone\.toml is missing"):
        read_chain(tmp_path / "gone.toml")
