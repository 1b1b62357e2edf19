"""Lists of adjective-noun pairs (ANPs) in the three forms in which they were published.

    a name a line                                         SentiBank's 1,200 detectors
    a JSON array of names                                 DeepSentiBank's 2,089 classes
    headings `1. beautiful [sentiment: 1.00] [...]` with  the Visual Sentiment Ontology's 3,244 pairs;
    lines `  beautiful_flower [sentiment: 1.77] [...]`    what stands above the first heading is not read

A name is an adjective and a noun joined by an underscore.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from pathlib import Path

from monitor_train.pictures.layouts import read_text
from monitor_train.pictures.splits import DataError

HEADING = re.compile(r"\d+\. (\S+) \[sentiment: -?[\d.]+\] \[#images: [\d,]+\]\s*")
ENTRY = re.compile(r"\s+(\S+) \[sentiment: -?[\d.]+\] \[#imgs: [\d,]+\]\s*")
WORD = re.compile(r"\S+")


def read_vocabulary(path: Path) -> tuple[str, ...]:
    """The names in a file, in its order. Raises DataError that names the line that is wrong."""
    text = read_text(path)
    if text.lstrip().startswith("["):
        found = json_names(text, path)
    else:
        lines = list(enumerate(text.splitlines(), 1))
        headings = [number for number, line in lines if HEADING.fullmatch(line)]
        found = ontology_names(lines[headings[0] :], path) if headings else listed_names(lines, path)
    names: dict[str, str] = {}
    for place, name in found:
        split_anp(name, place)
        if name in names:
            raise DataError(f"{place}: {name!r} stands in {names[name]} already")
        names[name] = place
    if not names:
        raise DataError(f"{path} holds no adjective-noun pair")
    return tuple(names)


def split_anp(name: str, place: object) -> tuple[str, str]:
    """Adjective and noun of a name. Raises DataError, which speaks of `place`, where an underscore is missing.

    >>> split_anp("beautiful_flower", "")
    ('beautiful', 'flower')
    """
    adjective, underscore, noun = name.partition("_")
    if not (adjective and underscore and noun):
        raise DataError(f"{place}: {name!r} is no adjective-noun pair; it needs an adjective, an underscore and a noun")
    return adjective, noun


def json_names(text: str, path: Path) -> Iterable[tuple[str, str]]:
    """(place, name) of every string of a JSON array."""
    try:
        entries = json.loads(text)
    except json.JSONDecodeError as error:
        raise DataError(f"{path} begins like a JSON array and is none: {error}") from None
    for number, name in enumerate(entries, 1):
        if not isinstance(name, str):
            raise DataError(f"{path}, entry {number}: expected a name, not {name!r}")
        yield f"{path}, entry {number}", name


def listed_names(lines: list[tuple[int, str]], path: Path) -> Iterable[tuple[str, str]]:
    """(place, name) of every line."""
    for number, line in lines:
        if line.strip():
            if not WORD.fullmatch(line.strip()):
                raise DataError(
                    f"{path}, line {number}: {line.strip()!r} is not one name; known are a name a line, a JSON array "
                    "of names, and the list of the Visual Sentiment Ontology"
                )
            yield f"{path}, line {number}", line.strip()


def ontology_names(lines: list[tuple[int, str]], path: Path) -> Iterable[tuple[str, str]]:
    """(place, name) of every entry under the headings."""
    for number, line in lines:
        entry = ENTRY.fullmatch(line)
        if entry:
            yield f"{path}, line {number}", entry[1]
        elif line.strip() and not HEADING.fullmatch(line):
            raise DataError(f"{path}, line {number}: {line.strip()!r} is neither a heading nor a pair of the ontology")
