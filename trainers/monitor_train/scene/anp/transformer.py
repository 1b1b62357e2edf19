"""The small transformer that reads the text of a region (Saito and Sudo, section 3.2).

Theirs are the word embedding of size 10, the end token, and that only the last output goes to the fully connected
layer; the paper says no more, so heads, layers and widths are ours.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import torch
from torch import Tensor, nn

NOTHING, UNKNOWN, END = 0, 1, 2
"""Tokens that are no words: padding in front of a text, a word that was never trained on, the end of the text."""


class Words:
    """The words that were trained on, as numbers."""

    def __init__(self, texts: Iterable[str]) -> None:
        known = sorted({word for text in texts for word in text.split()})
        self._numbers = {word: number for number, word in enumerate(known, END + 1)}

    def __len__(self) -> int:
        return END + 1 + len(self._numbers)

    def tokens(self, texts: Sequence[str]) -> Tensor:
        """Numbers (N, L) of N texts with the end token last; shorter texts have padding in front."""
        rows = [[*(self._numbers.get(word, UNKNOWN) for word in text.split()), END] for text in texts]
        longest = max(map(len, rows))
        return torch.tensor([[NOTHING] * (longest - len(row)) + row for row in rows])


class TextEncoder(nn.Module):
    """Tokens (B, L) -> logits (B, 2) of positive and negative."""

    def __init__(self, words: int, longest: int, size: int = 10, heads: int = 2, layers: int = 2) -> None:
        """`longest`: most tokens of a text; `size`: of a word's embedding."""
        super().__init__()
        self.longest = longest
        self.words = nn.Embedding(words, size, padding_idx=NOTHING)
        self.places = nn.Parameter(torch.randn(longest, size) * 0.1)  # counted from the end
        layer = nn.TransformerEncoderLayer(size, heads, 4 * size, dropout=0.1, batch_first=True, norm_first=True)
        self.encoder = nn.TransformerEncoder(layer, layers, nn.LayerNorm(size), enable_nested_tensor=False)
        self.classify = nn.Linear(size, 2)

    def forward(self, tokens: Tensor) -> Tensor:
        tokens = tokens[:, -self.longest :]  # of a text that is longer than any trained on, the end
        embedded = self.words(tokens) + self.places[self.longest - tokens.shape[1] :]
        outputs = self.encoder(embedded, src_key_padding_mask=tokens == NOTHING)
        logits: Tensor = self.classify(outputs[:, -1])  # the end token's
        return logits
