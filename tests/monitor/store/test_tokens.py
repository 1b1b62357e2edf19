"""Tokens: found by their secret, kept without it."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from monitor.errors import StoreError
from monitor.store import Store
from monitor.store.tokens import list_tokens, new_token, remove_token, scope_of


def test_a_token_is_known_by_its_secret_alone(store: Store) -> None:
    read, control = new_token(store, "read", "wall display"), new_token(store, "control")
    assert len({read, control}) == 2
    assert len(read) >= 43  # 256 bits in base 64
    assert (scope_of(store, read), scope_of(store, control)) == ("read", "control")
    for wrong in ("", read[:-1], read + "x", hashlib.sha256(read.encode()).hexdigest()):
        assert scope_of(store, wrong) is None
    assert [(token.id, token.scope, token.name) for token in list_tokens(store)] == [
        (1, "read", "wall display"),
        (2, "control", ""),
    ]


def test_the_secret_is_nowhere_in_the_store(tmp_path: Path) -> None:
    with Store(tmp_path / "tokens.db", create=True) as store:
        secret = new_token(store, "read")
    content = b"".join(path.read_bytes() for path in tmp_path.glob("tokens.db*"))
    assert hashlib.sha256(secret.encode()).hexdigest().encode() in content
    assert secret.encode() not in content


def test_a_removed_token_is_unknown_and_its_number_is_not_used_again(store: Store) -> None:
    secret = new_token(store, "read")
    remove_token(store, 1)
    assert scope_of(store, secret) is None
    new_token(store, "read")
    assert [token.id for token in list_tokens(store)] == [2]
    with pytest.raises(StoreError, match=r"no token 1 in store .*; `monitor token list`"):
        remove_token(store, 1)
