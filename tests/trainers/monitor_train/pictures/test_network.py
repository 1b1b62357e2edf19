"""Networks start from the weights they are told to, and see pictures as these weights did."""

from __future__ import annotations

from pathlib import Path
from urllib.error import URLError

import pytest
import torch
from safetensors.torch import save_file
from torch import nn

from monitor.errors import ConfigError
from monitor_train.pictures import network as picture_network
from monitor_train.pictures.network import Strided, begin_from, make_network
from monitor_train.pictures.settings import Convention


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    """A state dict of a narrow MobileNetV2 with five classes, in half precision."""
    torch.manual_seed(1)
    state = make_network("mobilenet_v2", 5, width_mult=0.25).state_dict()
    path = tmp_path / "weights.safetensors"
    save_file({n: (v.half() if v.is_floating_point() else v).contiguous() for n, v in state.items()}, path)
    return path


def test_a_file_gives_everything_but_the_last_layer(weights: Path) -> None:
    network = make_network("mobilenet_v2", 2, width_mult=0.25)
    chance = network.classifier[1].weight.detach().clone()
    begin_from(network, "mobilenet_v2", str(weights))
    torch.manual_seed(1)
    source = make_network("mobilenet_v2", 5, width_mult=0.25)
    for own, given in zip(network.features.parameters(), source.features.parameters(), strict=True):
        torch.testing.assert_close(own, given.half().float())
    assert torch.equal(network.classifier[1].weight, chance)


def test_the_last_layer_comes_along_where_it_fits(weights: Path) -> None:
    network = make_network("mobilenet_v2", 5, width_mult=0.25)
    chance = network.classifier[1].weight.detach().clone()
    begin_from(network, "mobilenet_v2", str(weights))
    assert not torch.equal(network.classifier[1].weight, chance)


def test_chance_leaves_the_network_as_it_is() -> None:
    network = make_network("mobilenet_v2", 2, width_mult=0.25)
    before = {name: value.clone() for name, value in network.state_dict().items()}
    begin_from(network, "mobilenet_v2", "random")
    assert all(torch.equal(value, before[name]) for name, value in network.state_dict().items())


def test_weights_of_another_network_are_refused(weights: Path) -> None:
    with pytest.raises(ConfigError, match=r"holds no weights of mobilenet_v2: features\.0\.0\.weight is missing or"):
        begin_from(make_network("mobilenet_v2", 2), "mobilenet_v2", str(weights))


def test_another_file_is_refused(tmp_path: Path) -> None:
    for name in ("gone", "text"):
        (tmp_path / "text").write_text("no weights")
        with pytest.raises(ConfigError, match="is neither a file of safetensors nor an artifact"):
            begin_from(make_network("mobilenet_v2", 2, width_mult=0.25), "mobilenet_v2", str(tmp_path / name))


def test_without_a_network_the_download_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    def unreachable(*_: object, **__: object) -> None:
        raise URLError("no route")

    monkeypatch.setattr(picture_network.models.MobileNet_V2_Weights, "get_state_dict", unreachable)
    with pytest.raises(ConfigError, match=r"cannot download the weights of mobilenet_v2.*--init"):
        begin_from(make_network("mobilenet_v2", 2), "mobilenet_v2", "imagenet")


@pytest.mark.parametrize("side", [8, 9])
def test_tensorflow_pads_so_that_the_middle_of_odd_sides_is_kept(side: int) -> None:
    """What TensorFlow calls SAME: an even side gets one zero behind, an odd one also one in front."""
    torch.manual_seed(0)
    plain = nn.Conv2d(4, 4, 3, 2, 1, groups=4, bias=False)
    strided = Strided(plain, "tensorflow").eval()
    strided.load_state_dict(plain.state_dict())
    picture = torch.randn(1, 4, side, side)
    answer = strided(picture)
    assert answer.shape == plain(picture).shape
    front = side % 2
    padded = torch.zeros(4, side + front + 1, side + front + 1)
    padded[:, front : front + side, front : front + side] = picture[0]
    for y, x in ((0, 0), (1, 2), (3, 3)):
        patch = padded[:, 2 * y : 2 * y + 3, 2 * x : 2 * x + 3]
        torch.testing.assert_close(answer[0, :, y, x], (patch * plain.weight[:, 0]).sum((1, 2)))


@pytest.mark.parametrize("side", [8, 9])
def test_torchvisions_padding_is_that_of_the_convolution(side: int) -> None:
    plain = nn.Conv2d(4, 4, 3, 2, 1, groups=4, bias=False)
    strided = Strided(plain, "torchvision").eval()
    strided.load_state_dict(plain.state_dict())
    picture = torch.randn(2, 4, side, side)
    torch.testing.assert_close(strided(picture), plain(picture))


@pytest.mark.parametrize("convention", ["torchvision", "tensorflow"])
@pytest.mark.parametrize("side", [8, 9])
def test_training_gives_the_same_numbers_and_gradients(convention: Convention, side: int) -> None:
    torch.manual_seed(0)
    strided = Strided(nn.Conv2d(4, 4, 3, 2, 1, groups=4), convention)
    picture = torch.randn(2, 4, side, side, requires_grad=True)
    found = []
    for training in (True, False):
        answer = strided.train(training)(picture)
        found.append((answer, *torch.autograd.grad(answer.square().sum(), [picture, *strided.parameters()])))
    for fast, plain in zip(*found, strict=True):
        torch.testing.assert_close(fast, plain)


def test_the_convention_changes_no_name_and_no_size() -> None:
    plain, other = (make_network("mobilenet_v2", 2, convention=c) for c in ("torchvision", "tensorflow"))
    assert sum(isinstance(module, Strided) for module in other.modules()) == 5
    assert list(plain.state_dict()) == list(other.state_dict())
    picture = torch.randn(1, 3, 80, 80)
    assert plain.features(picture).shape == other.features(picture).shape == (1, 1280, 3, 3)


def test_the_network_of_the_paper() -> None:
    network = make_network("resnet101", 2)
    assert network.fc.out_features == 2
    assert sum(parameter.numel() for parameter in network.parameters()) == pytest.approx(42.5e6, rel=0.01)
