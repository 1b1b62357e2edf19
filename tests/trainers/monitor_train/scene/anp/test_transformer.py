"""The transformer has the paper's shape, and an answer depends on its own text alone."""

from __future__ import annotations

import pytest
import torch

from monitor_train.scene.anp.transformer import END, NOTHING, UNKNOWN, TextEncoder, Words

TEXTS = ["cute dog happy dog", "sad sea"]


def test_an_end_token_closes_every_text() -> None:
    words = Words(TEXTS)
    assert len(words) == 3 + 5
    tokens = words.tokens(["cute dog sad whale", "sea"])
    assert tokens.shape == (2, 5)
    assert tokens[:, -1].tolist() == [END, END]
    assert tokens[0, 3] == UNKNOWN
    assert tokens[1].tolist()[:3] == [NOTHING] * 3
    assert len({int(number) for number in tokens[0, :3]} - {UNKNOWN, END, NOTHING}) == 3


@pytest.fixture
def encoder() -> TextEncoder:
    torch.manual_seed(0)
    return TextEncoder(8, 5).eval()


def test_words_are_embedded_in_ten_numbers(encoder: TextEncoder) -> None:
    """Section 4.2.2."""
    assert encoder.words.embedding_dim == 10


def test_only_the_last_output_goes_to_the_last_layer(encoder: TextEncoder) -> None:
    seen = {}
    encoder.encoder.register_forward_hook(lambda module, given, output: seen.update(outputs=output))
    logits = encoder(torch.tensor([[3, 4, 5, 4, END]]))
    torch.testing.assert_close(logits, encoder.classify(seen["outputs"][:, -1]))
    assert logits.shape == (1, 2)


def test_padding_changes_nothing(encoder: TextEncoder) -> None:
    short = torch.tensor([[6, 7, END]])
    padded = torch.tensor([[NOTHING, NOTHING, 6, 7, END]])
    torch.testing.assert_close(encoder(short), encoder(padded))
    both = encoder(torch.cat([padded, torch.tensor([[3, 4, 5, 4, END]])]))
    torch.testing.assert_close(both[:1], encoder(short))


def test_words_and_their_order_matter(encoder: TextEncoder) -> None:
    first, swapped, other = (encoder(torch.tensor([row])) for row in ([3, 4, END], [4, 3, END], [3, 5, END]))
    assert not torch.allclose(first, swapped, atol=1e-4)
    assert not torch.allclose(first, other, atol=1e-4)


def test_of_a_longer_text_the_end_is_read(encoder: TextEncoder) -> None:
    longer = torch.tensor([[7, 7, 3, 4, 5, 4, END]])
    torch.testing.assert_close(encoder(longer), encoder(longer[:, 2:]))
