"""A PostgreSQL server of the tests' own: in a temporary folder, on loopback, with a password nobody knows."""

from __future__ import annotations

import os
import secrets
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import sqlalchemy as sa

if TYPE_CHECKING:
    import pwd

DEBIAN = Path("/usr/lib/postgresql")
"""Debian keeps the server's programs out of the path, in a folder for each version."""
FAST = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off", "shared_buffers": "16MB"}
"""Nothing here need survive a power cut."""


def postgresql_programs() -> Path | None:
    """The folder of `initdb` and `pg_ctl`, of the newest version there is; None where none is installed."""
    found = shutil.which("initdb")
    if found is not None:
        return Path(found).resolve().parent
    versions = sorted(DEBIAN.glob("*/bin/initdb"), key=lambda path: float(path.parts[-3]))
    return versions[-1].parent if versions else None


class PostgresqlServer:
    """Runs while it is entered; as root it would refuse to, so root runs it as `postgres`, or else as `nobody`."""

    def __init__(self, programs: Path) -> None:
        """`programs`: the folder of `initdb` and `pg_ctl`."""
        self._programs = programs
        self.password = secrets.token_urlsafe(12)
        self._databases = 0
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
        # not in pytest's folder, which only its own user may enter
        self._folder = Path(tempfile.mkdtemp(prefix="monitor-postgresql-"))
        self._identity: dict[str, Any] = {}
        if os.geteuid() == 0:
            user = _unprivileged_user()
            os.chown(self._folder, user.pw_uid, user.pw_gid)
            self._identity = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
        password_file = self._folder / "password"
        password_file.write_text(self.password)
        password_file.chmod(0o644)  # within a folder that only the server's user may enter
        try:
            self._run(
                "initdb",
                "--username=monitor",
                f"--pwfile={password_file}",
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                "--locale=C",
                "--no-sync",
            )
            self._start()
        except BaseException:
            shutil.rmtree(self._folder)
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stop()
        shutil.rmtree(self._folder)

    @contextmanager
    def stopped(self) -> Iterator[None]:
        """Ends the server, with all its connections, and has it back at the end; the databases stay."""
        self._stop()
        try:
            yield
        finally:
            self._start()

    def _start(self) -> None:
        options = {"listen_addresses": "127.0.0.1", "port": self.port, "unix_socket_directories": "", **FAST}
        words = " ".join(f"-c {name}='{value}'" for name, value in options.items())
        self._run("pg_ctl", "start", "--wait", f"--log={self._folder / 'log'}", f"--options={words}")

    def _stop(self) -> None:
        self._run("pg_ctl", "stop", "--wait", "--mode=fast")

    def new_database(self) -> str:
        """Make an empty database; its address, with the password."""
        self._databases += 1
        name = f"test{self._databases}"
        engine = sa.create_engine(self._address("postgres"), isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
        with engine.connect() as connection:
            connection.execute(sa.text(f"create database {name}"))
        return self._address(name)

    def _address(self, database: str) -> str:
        return f"postgresql+psycopg://monitor:{self.password}@127.0.0.1:{self.port}/{database}"

    def _run(self, program: str, *arguments: str) -> None:
        with (self._folder / "output").open("w+") as output:  # a pipe would stay open as long as the server runs
            command = [self._programs / program, *arguments, f"--pgdata={self._folder / 'data'}"]
            code = subprocess.run(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd=self._folder,
                check=False,
                **self._identity,
            ).returncode
            output.seek(0)
            log = self._folder / "log"
            assert code == 0, output.read() + (log.read_text() if log.exists() else "")


def _unprivileged_user() -> pwd.struct_passwd:
    import pwd  # not on Windows

    try:
        return pwd.getpwnam("postgres")
    except KeyError:
        return pwd.getpwnam("nobody")
