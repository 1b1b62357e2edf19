"""The archive: folders of recordings analysed by a queue, resumed where they were left, and watched for new ones."""

from __future__ import annotations

from monitor.plugin import Command, Page, Register, hookimpl


@hookimpl
def register_commands(register: Register) -> None:
    about = "Analyse all recordings at and below PATHs that are not done yet, one session each."
    register("batch", Command("monitor_archive.batch_command:batch", about))
    about = "Measure `monitor run` over all recordings, `monitor batch` one at a time, and `monitor batch --cluster`."
    register("bench-batch", Command("monitor_archive.bench_command:bench_batch", about))
    about = "Analyse each recording of FOLDER, and each that appears there until Ctrl-C, as `monitor batch` does."
    register("watch", Command("monitor_archive.watch_command:watch", about))
    about = "Copy sessions with all that belongs to them into another store, under new numbers."
    register("copy", Command("monitor_archive.copy_command:copy", about))
    about = "Delete old sessions, or the single observations in them, which are nine tenths of a store."
    register("prune", Command("monitor_archive.prune_command:prune", about))
    about = "Machines that work together: `monitor batch --cluster HOST:PORT`."
    register("cluster", Command("monitor_archive.cluster_command:cluster_app", about))


@hookimpl
def register_pages(register: Register) -> None:
    register("archive", Page("Archive", _draw_archive, icon=":material/inventory_2:"))


def _draw_archive() -> None:
    from monitor_archive import page

    page.draw()
