"""Finds recordings in folders, and tells them by their content."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatch
from pathlib import Path, PurePath, PurePosixPath
from typing import IO

from monitor.errors import SourceError
from monitor.store.queue import File
from monitor_archive.addresses import below, is_address, opened_file, plain_errors

SUFFIXES = frozenset(
    ".3gp .avi .flv .m2ts .m4v .mkv .mov .mp4 .mpeg .mpg .mts .ogv .ts .vob .webm .wmv".split()  # noqa: SIM905
)
"""Of recordings in a folder; other files there are passed over unless a pattern asks for them."""
BLOCKS = 64
BLOCK_BYTES = 65_536


@dataclass
class Found:
    """Files that were found, in the order of their names, and what could not be read."""

    files: list[File] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    """One line each."""


def find(paths: Iterable[Path | str], pattern: str | None = None) -> Found:
    """Recordings at and below `paths`, which may be addresses: video files, or those in folders whose name matches
    `pattern` (as `*.dav`).

    Links are followed, each folder is entered once. A path that is not there is a problem, as is what may not be read.
    """
    found = Found()
    seen: set[str] = set()
    for path in candidates(paths, pattern, found.problems):
        try:
            file = stated(path)
        except SourceError as error:
            found.problems.append(str(error))
            continue
        if file.path not in seen:
            seen.add(file.path)
            found.files.append(file)
    return found


def candidates(paths: Iterable[Path | str], pattern: str | None, problems: list[str]) -> Iterator[Path | str]:
    """`paths` that are no folders, and files of those that are, as `find` takes them; not looked into yet."""
    entered: set[str] = set()
    for path in paths:
        if is_address(str(path)):
            try:
                files = below(str(path))
            except SourceError as error:
                problems.append(str(error))
                continue
            yield from (each for each in files if each == path or _wanted(PurePosixPath(each), pattern))
        elif os.path.isdir(path):  # that of Path raises what it may not look into, or what no name can be
            yield from (each for each in _below(Path(path), entered, problems) if _wanted(each, pattern))
        else:
            yield Path(path)


def stated(path: Path | str) -> File:
    """The file at a path, under its real name, or at an address. Raises SourceError where it cannot be read, or its
    name is no text."""
    if isinstance(path, str):
        content, size = opened_file(path)
        with content, plain_errors(path):
            return File(path, size, _digest(content, size))
    try:
        real = path.resolve(strict=True)
        str(real).encode()
        if not real.is_file():  # to open a pipe would wait for whoever writes into it
            raise SourceError(f"{path}: is no file; give recordings, and folders that hold some")
        with open(real, "rb") as content:
            size = os.fstat(content.fileno()).st_size
            return File(str(real), size, _digest(content, size))
    except UnicodeEncodeError:
        raise SourceError(f"{os.fsencode(path)!r}: the name is not UTF-8; rename the file") from None
    except (OSError, RuntimeError, ValueError) as error:  # links in a circle, up to Python 3.12; a null byte
        reason = getattr(error, "strerror", None) or error
        raise SourceError(f"{path}: cannot be read ({reason})") from None


def _digest(content: IO[bytes], size: int) -> str:
    """SHA-256, hexadecimal, of the size and of BLOCKS blocks spread evenly from the first byte to the last.

    An archive need not be read whole to know its recordings again: no two compressed videos of one length agree in all
    of these. Small files are read whole.
    """
    digest = hashlib.sha256(str(size).encode())
    last = max(0, size - BLOCK_BYTES)
    steps = min(BLOCKS, -(-size // BLOCK_BYTES))
    for step in range(steps):
        content.seek(round(last * step / max(1, steps - 1)))
        digest.update(content.read(BLOCK_BYTES))
    return digest.hexdigest()


def listed(path: Path) -> Sequence[Path | str]:
    """Paths and addresses in a text file, one on each line; relative paths count from the file's folder. Raises
    SourceError."""
    try:
        lines = path.read_text("utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or error
        raise SourceError(
            f"list {path} cannot be read ({reason}); give a text file with one path on each line"
        ) from None
    named = [line.strip() for line in lines if line.strip() and not line.lstrip().startswith("#")]
    return [name if is_address(name) else path.parent / name for name in named]


def _below(folder: Path, entered: set[str], problems: list[str]) -> Iterator[Path]:
    """Files in and below a folder, by name; folders that were entered before are left out."""

    def unreadable(error: OSError) -> None:
        problems.append(f"{error.filename}: cannot be read ({error.strerror})")

    for place, folders, files in os.walk(folder, onerror=unreadable, followlinks=True):
        real = os.path.realpath(place)
        if real in entered:
            folders.clear()
            continue
        entered.add(real)
        folders.sort()
        yield from (Path(place, name) for name in sorted(files))


def _wanted(path: PurePath, pattern: str | None) -> bool:
    return path.suffix.lower() in SUFFIXES if pattern is None else fnmatch(path.name, pattern)
