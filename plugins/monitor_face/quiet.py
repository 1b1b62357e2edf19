"""Keeps the chatter of mediapipe's native code off the terminal."""

from __future__ import annotations

import os
import re
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

NOISE = re.compile(
    rb"INFO: Created TensorFlow Lite|"
    rb"WARNING: All log messages before absl::InitializeLog|"
    rb"[IW]\d{4} [\d:. ]+ *\d+ [\w.]+:\d+\] "  # Google's log format, information and warnings but no errors
)


@contextmanager
def native_noise_removed() -> Iterator[None]:
    """Nothing that native code logs as information or warning reaches standard error inside this block.

    Native code writes to the file descriptor itself and reads no setting that silences it, so the descriptor is
    pointed at a scratch file for the time being. Whatever else was written there, by any thread, follows when the
    block ends.
    """
    sys.stderr.flush()
    with tempfile.TemporaryFile() as scratch:
        terminal = os.dup(2)
        os.dup2(scratch.fileno(), 2)
        try:
            yield
        finally:
            sys.stderr.flush()
            os.dup2(terminal, 2)
            os.close(terminal)
            scratch.seek(0)
            for line in scratch:
                if not NOISE.match(line):
                    os.write(2, line)
