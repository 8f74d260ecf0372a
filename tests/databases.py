"""Real database servers for tests: private ones, on a free loopback port, in a directory of their own.

They come from Debian's packages (`tools/install_packages.sh`) and die with the process that started them.
"""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

KINDS = ("sqlite", "postgresql", "mariadb")
START_SECONDS = 60
DURABILITY_OFF = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")


def chosen() -> list[Any]:
    """The kinds to test on, as parameters of a fixture: those that `ISOTHERM_DATABASES` names, else all. With several test
    processes, all tests of a kind go to the same one, so that each server is started once."""
    kinds = os.environ.get("ISOTHERM_DATABASES", ",".join(KINDS)).split(",")
    return [pytest.param(kind, marks=pytest.mark.xdist_group(kind)) for kind in kinds]


class Missing(Exception):
    """The server's programs are not installed; the message names them."""


class Server:
    """A running server. url: of a database in it that always exists."""

    def __init__(self, url: str, process: subprocess.Popen[bytes], directory: Path, stop: signal.Signals):
        self.url, self._process, self._directory, self._signal = url, process, directory, stop
        self._admin = sa.create_engine(url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)

    def create(self) -> str:
        """A new, empty database; its URL."""
        name = f"isotherm_{uuid.uuid4().hex}"
        with self._admin.connect() as conn:
            conn.exec_driver_sql(f"CREATE DATABASE {name}")
        return sa.make_url(self.url).set(database=name).render_as_string(hide_password=False)

    def drop(self, url: str) -> None:
        """Remove a database made by `create`. Connections to it must be closed."""
        with self._admin.connect() as conn:
            conn.exec_driver_sql(f"DROP DATABASE {sa.make_url(url).database}")

    def stop(self) -> None:
        """End the server at once and remove its files."""
        self._admin.dispose()
        self._process.send_signal(self._signal)
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        shutil.rmtree(self._directory, ignore_errors=True)

    def wait_until_up(self) -> None:
        """Return once it answers; RuntimeError with its log when it ends or takes too long instead."""
        deadline = time.monotonic() + START_SECONDS
        while self._process.poll() is None and time.monotonic() < deadline:
            try:
                with self._admin.connect():
                    return
            except sa.exc.OperationalError:
                # The server offers no signal to wait for: it is up when it answers.
                time.sleep(0.05)
        log = (self._directory / "log").read_text(errors="replace")[-2000:]
        self.stop()
        raise RuntimeError(f"the server at {self.url} did not come up; the end of its log:\n{log}")


def start_postgresql() -> Server:
    """A PostgreSQL server of the newest version installed. Missing when there is none."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: int(path.parts[-3]))
    if not found:
        raise Missing("PostgreSQL (/usr/lib/postgresql/*/bin/postgres)")
    account = _Account.for_server("postgres")
    directory, port = account.directory("isotherm-postgresql-"), _free_port()
    account.run([str(found[-1].with_name("initdb")), "-D", f"{directory}/data", "-U", "isotherm", "--auth=trust",
                 "--no-sync", "--encoding=UTF8", "--locale=C.UTF-8"], directory)
    settings = (*DURABILITY_OFF, "listen_addresses=127.0.0.1", f"port={port}", f"unix_socket_directories={directory}",
                "shared_buffers=32MB", "max_connections=150")
    options = [word for setting in settings for word in ("-c", setting)]
    process = account.start([str(found[-1]), "-D", f"{directory}/data", *options], directory, signal.SIGQUIT)
    return _up(Server(f"postgresql+psycopg://isotherm@127.0.0.1:{port}/postgres", process, directory, signal.SIGQUIT))


def start_mariadb() -> Server:
    """A MariaDB server. Missing when none is installed."""
    program, install = Path("/usr/sbin/mariadbd"), shutil.which("mariadb-install-db")
    if not program.exists() or install is None:
        raise Missing("MariaDB (/usr/sbin/mariadbd and mariadb-install-db)")
    account = _Account.for_server("mysql")
    directory, port = account.directory("isotherm-mariadb-"), _free_port()
    account.run([install, "--no-defaults", f"--datadir={directory}/data", "--auth-root-authentication-method=normal",
                 "--skip-test-db"], directory)
    process = account.start([
        str(program), "--no-defaults", f"--datadir={directory}/data", f"--socket={directory}/socket",
        "--bind-address=127.0.0.1", f"--port={port}", f"--pid-file={directory}/pid", "--skip-log-bin",
        "--innodb-flush-log-at-trx-commit=0", "--innodb-buffer-pool-size=64M", "--innodb-log-file-size=32M",
        "--skip-name-resolve", "--debug-no-sync", "--max-connections=150", "--performance-schema=OFF",
        "--max-allowed-packet=64M"],
        directory, signal.SIGKILL)
    return _up(Server(f"mariadb+pymysql://root@127.0.0.1:{port}/mysql?charset=utf8mb4", process, directory, signal.SIGKILL))


STARTERS: dict[str, Callable[[], Server]] = {"postgresql": start_postgresql, "mariadb": start_mariadb}


@dataclass(frozen=True)
class _Account:
    """Who runs the server: its own account when we are root (servers refuse to run as root), else ourselves."""

    entry: pwd.struct_passwd | None

    @classmethod
    def for_server(cls, name: str) -> "_Account":
        if os.geteuid() != 0:
            return cls(None)
        try:
            return cls(pwd.getpwnam(name))
        except KeyError:
            raise Missing(f"the account {name}, which its Debian package makes") from None

    def directory(self, prefix: str) -> Path:
        made = Path(tempfile.mkdtemp(prefix=prefix))
        if self.entry:
            os.chown(made, self.entry.pw_uid, self.entry.pw_gid)
        return made

    def run(self, command: list[str], directory: Path) -> None:
        done = subprocess.run([*self._prefix(signal.SIGKILL), *command], cwd=directory, capture_output=True, text=True,
                              check=False)
        if done.returncode:
            shutil.rmtree(directory, ignore_errors=True)
            raise RuntimeError(f"{command[0]} failed:\n{done.stdout}\n{done.stderr}")

    def start(self, command: list[str], directory: Path, at_our_death: signal.Signals) -> subprocess.Popen[bytes]:
        with (directory / "log").open("wb") as log:
            return subprocess.Popen([*self._prefix(at_our_death), *command], cwd=directory, stdin=subprocess.DEVNULL,
                                    stdout=log, stderr=log)

    def _prefix(self, at_our_death: signal.Signals) -> list[str]:
        """Lower the rights, and have the kernel send the signal when we are gone, however that happens."""
        prefix = ["setpriv", f"--pdeathsig={at_our_death.name.removeprefix('SIG')}"]
        if self.entry:
            prefix += [f"--reuid={self.entry.pw_uid}", f"--regid={self.entry.pw_gid}", "--clear-groups"]
        return [*prefix, "--"]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _up(server: Server) -> Server:
    server.wait_until_up()
    return server
