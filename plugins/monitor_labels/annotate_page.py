"""The page "Annotate": one picture after the other, a key for each label. `monitor labels annotate` opens it."""

from __future__ import annotations

import time
from pathlib import Path

import streamlit as st

from monitor.errors import MonitorError
from monitor.sources.picture_file import read_picture
from monitor_dashboard.page_parts import plain, uninterrupted
from monitor_labels.own_answers import OwnAnswers
from monitor_labels.task import FILE, KEYS, Task

HOW = "`monitor labels annotate PICTURES` makes a task of a folder of pictures and opens this page with it."
GUIDE = "Go by what the face shows. If it shows several emotions, take the strongest; if none, the neutral one."
SIDE = 480
"""Width of the picture on the page, in pixels; small pictures are enlarged."""


@uninterrupted
def draw() -> None:
    found = [path.parent for pattern in (FILE, f"*/{FILE}", f"*/*/{FILE}") for path in sorted(Path().glob(pattern))]
    if asked := st.query_params.get("task"):
        found = [Path(asked), *(folder for folder in found if folder != Path(asked))]
    if not found:
        place = f"`{Path().resolve().name}`, the folder in which the dashboard was started"
        st.info(f"There is no task in {place}, or in folders of it. {HOW}")
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        folder = st.selectbox("Task", found, format_func=str, key="annotate_task")
        worker = st.query_params.get("worker", "")
        if worker:  # as text: a field would keep the keys that answer
            st.button(
                f"You are {plain(worker)}: change",
                key="annotate_other",
                on_click=_forget_worker,
                type="tertiary",
                icon=":material/person:",
            )
        else:
            st.text_input("Your name", key="annotate_worker", on_change=_take_worker, width=260)
    if not worker:
        st.info("Give a name: answers are kept by it, so that those of several people can be compared.")
        return
    try:
        task = Task.read(folder)
        _ask(task, OwnAnswers.open(folder, worker), folder)
    except MonitorError as error:
        st.error(plain(str(error)), icon=":material/error:")


def _ask(task: Task, own: OwnAnswers, folder: Path) -> None:
    """The next picture with its buttons, or what to do when there is none."""
    done, every = len(own.labels), len(task.pictures)
    st.progress(done / every, f"{done} of {every}")
    picture = own.next(task)
    if picture is None:
        _back_button(folder, own)
        st.success("All pictures are answered.", icon=":material/check:")
        st.code(f"monitor labels import {folder}/answers-*.csv --platform csv --task {folder}", language="sh")
    else:
        image = read_picture(Path(task.pictures_folder) / picture, picture)
        shown, buttons = st.columns([3, 2])
        shown.image(image, width=SIDE, caption=plain(picture))
        with buttons:
            for key, label in zip(KEYS, task.labels, strict=False):
                arguments, its = (folder, own.worker, picture, label), f"annotate_{label}_{picture}"
                st.button(plain(label), key=its, shortcut=key, on_click=_answer, args=arguments, width=220)
            _back_button(folder, own)
            st.caption(GUIDE)
        if st.session_state.get("annotate_shown") != picture:
            st.session_state.annotate_shown, st.session_state.annotate_since = picture, time.monotonic()


def _take_worker() -> None:
    """Keep the name that was typed in the address of the page."""
    st.query_params["worker"] = st.session_state.annotate_worker.strip()


def _forget_worker() -> None:
    st.query_params.pop("worker", None)


def _back_button(folder: Path, own: OwnAnswers) -> None:
    arguments = (folder, own.worker)
    st.button(
        "Back",
        key="annotate_back",
        shortcut="Backspace",
        type="tertiary",
        on_click=_take_back,
        args=arguments,
        disabled=not own.labels,
        width=220,
    )


def _answer(folder: Path, worker: str, picture: str, label: str) -> None:
    """Keep an answer to the picture whose button it was, whatever is shown by now."""
    OwnAnswers.open(folder, worker).answer(picture, label, time.monotonic() - st.session_state.annotate_since)


def _take_back(folder: Path, worker: str) -> None:
    OwnAnswers.open(folder, worker).take_back()
