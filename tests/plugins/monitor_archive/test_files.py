"""Recordings are found in folders of every kind, and told by their content."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import fsspec
import pytest

from monitor.errors import SourceError
from monitor_archive import files
from monitor_archive.files import find, listed, stated


def write(path: Path, content: bytes = b"x") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def names(folder: Path, pattern: str | None = None) -> list[str]:
    found = find([folder], pattern)
    assert found.problems == []
    return [str(Path(each.path).relative_to(folder.resolve())) for each in found.files]


def test_video_files_are_found_at_any_depth_in_the_order_of_their_names(tmp_path: Path) -> None:
    for name in ("b/2.MKV", "b/1.mp4", "a.mov", "notes.txt", "b/c/d.webm", "cam.dav"):
        write(tmp_path / name)
    assert names(tmp_path) == ["a.mov", "b/1.mp4", "b/2.MKV", "b/c/d.webm"]
    assert names(tmp_path, "*.dav") == ["cam.dav"]


def test_a_file_that_is_named_is_taken_whatever_its_name(tmp_path: Path) -> None:
    path = write(tmp_path / "recording")
    assert [each.path for each in find([path, path]).files] == [str(path.resolve())]


def test_links_are_followed_once(tmp_path: Path) -> None:
    write(tmp_path / "a" / "1.mp4")
    (tmp_path / "a" / "up").symlink_to(tmp_path)
    (tmp_path / "b").symlink_to(tmp_path / "a")
    (tmp_path / "a" / "same.mp4").symlink_to("1.mp4")
    assert names(tmp_path) == ["a/1.mp4"]


def test_what_cannot_be_read_is_a_problem_and_the_rest_is_found(tmp_path: Path) -> None:
    write(tmp_path / "good.mp4")
    (tmp_path / "gone.mp4").symlink_to("nowhere.mp4")
    (tmp_path / "circle.mp4").symlink_to("circle.mp4")
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.mp4")).write_bytes(b"x")
    os.mkfifo(tmp_path / "pipe.mp4")
    found = find([tmp_path, tmp_path / "missing", tmp_path / ("long" * 100), "no\0name.mp4"])
    assert [Path(each.path).name for each in found.files] == ["good.mp4"]
    assert len(found.problems) == 7
    for word in (
        "gone.mp4",
        "circle.mp4",
        "not UTF-8; rename",
        "missing: cannot be read (No such file",
        "File name too long",
        "pipe.mp4: is no file",
        "null byte",
    ):
        assert sum(word in problem for problem in found.problems) == 1


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_folder_that_may_not_be_read_is_a_problem(tmp_path: Path) -> None:
    write(tmp_path / "closed" / "1.mp4").parent.chmod(0)
    assert "closed: cannot be read (Permission denied)" in find([tmp_path]).problems[0]


def test_the_digest_depends_on_content_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "BLOCKS", 4)
    monkeypatch.setattr(files, "BLOCK_BYTES", 10)
    content = bytes(range(250))
    path = write(tmp_path / "a.mp4", content)
    same = write(tmp_path / "b.mp4", content)
    assert stated(path).digest == stated(same).digest
    for place in (0, 85, 249):  # in the first block, one in the middle, the last
        changed = bytearray(content)
        changed[place] ^= 1
        assert stated(write(tmp_path / "c.mp4", bytes(changed))).digest != stated(path).digest
    assert stated(write(tmp_path / "c.mp4", content + b"x")).digest != stated(path).digest
    small = {stated(write(tmp_path / "s.mp4", each)).digest for each in (b"", b"a", b"b", b"ab", b"a" * 10, b"a" * 11)}
    assert len(small) == 6


def test_a_list_has_one_path_on_each_line(tmp_path: Path) -> None:
    path = tmp_path / "list.txt"
    path.write_text("\ufeff# today\na.mp4\n\n  /elsewhere/b.mp4  \n", "utf-8")
    assert listed(path) == [tmp_path / "a.mp4", Path("/elsewhere/b.mp4")]
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(SourceError, match=r"list\.txt cannot be read"):
        listed(path)


def test_a_link_to_itself_and_a_name_in_another_encoding_are_problems(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "a.mp4").symlink_to(folder / "b.mp4")
    (folder / "b.mp4").symlink_to(folder / "a.mp4")
    name = os.path.join(os.fsencode(folder), "ärger.mp4".encode("latin-1"))
    with open(name, "wb") as file:
        file.write(b"x")
    write(folder / "c.mp4")
    found = find([folder])
    assert [Path(each.path).name for each in found.files] == ["c.mp4"]
    first, second, third = found.problems
    assert first.startswith(f"{folder / 'a.mp4'}: cannot be read (")
    assert second.startswith(f"{folder / 'b.mp4'}: cannot be read (")
    assert third.endswith(r"\xe4rger.mp4': the name is not UTF-8; rename the file")


def test_a_file_that_vanishes_while_it_is_looked_at_is_a_problem(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path / "a.mp4")
    write(tmp_path / "b.mp4")
    everything = list(files.candidates([tmp_path], None, []))
    monkeypatch.setattr(files, "candidates", lambda *_: iter(everything))
    (tmp_path / "a.mp4").unlink()
    found = find([tmp_path])
    assert [Path(each.path).name for each in found.files] == ["b.mp4"]
    assert found.problems == [f"{tmp_path / 'a.mp4'}: cannot be read (No such file or directory)"]


@pytest.fixture
def remote() -> Iterator[str]:
    """A folder in fsspec's memory, of which the second file has the content of the first."""
    system = fsspec.filesystem("memory")
    for name, content in (("a.mp4", b"x"), ("deeper/b.mp4", b"x"), ("deeper/c.mkv", b"y"), ("notes.txt", b"z")):
        system.pipe(f"/archive/{name}", content)
    yield "memory://archive"
    system.rm("/archive", recursive=True)


def test_recordings_are_found_by_address(remote: str, tmp_path: Path) -> None:
    found = find([remote])
    assert found.problems == []
    assert [each.path for each in found.files] == [
        f"memory:///archive/{name}" for name in ("a.mp4", "deeper/b.mp4", "deeper/c.mkv")
    ]
    first, second, third = (each.digest for each in found.files)
    assert first == second == find([write(tmp_path / "a.mp4")]).files[0].digest
    assert third != first
    (named,) = find([f"{remote}/notes.txt"]).files
    assert named.path == f"{remote}/notes.txt"


@pytest.mark.parametrize(
    ("address", "problem"),
    [
        ("memory://nowhere/a.mp4", "memory://nowhere/a.mp4: cannot be read ("),
        ("gopher://host/a.mp4", "gopher://host/a.mp4: cannot be read (Protocol not known: gopher"),
        ("http://user:secret@127.0.0.1:9/a.mp4", "http://user:***@127.0.0.1:9/a.mp4: cannot be read ("),
    ],
)
def test_an_address_where_nothing_is_is_a_problem_of_one_line(address: str, problem: str) -> None:
    (told,) = find([address]).problems
    assert told.startswith(problem)
    assert "secret" not in told
    assert "\n" not in told
