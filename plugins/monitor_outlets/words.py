"""Names as parts of topics and addresses."""

from __future__ import annotations

import re


def as_word(name: object) -> str:
    """`name` with everything but letters, digits, `.`, `-` and `_` replaced by `_`.

    >>> as_word("too bright #1")
    'too_bright__1'
    """
    return re.sub(r"[^\w.-]", "_", str(name), flags=re.ASCII) or "_"
