"""A broker for tests: in a temporary directory, for one process, gone afterwards."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from types import TracebackType

from mayfly.app import App
from mayfly.errors import MayflyError
from mayfly.testing.operators import Operator

_START_SECONDS = 15.0
_STOP_SECONDS = 10.0


class EmbeddedBroker:
    """Starts ``mayflyd`` from the folder in ``MAYFLY_BIN``, else from ``PATH``.

        with EmbeddedBroker() as broker:
            broker.operator.create_app("support-desk", "read:data:*")
            with broker.app("support-desk").agent(orch="o", task="t", scope="read:data:x"): ...

    Its data is on the disk as anywhere; a test that counts milliseconds puts ``TMPDIR`` in memory.
    """

    def __init__(self) -> None:
        # A Unix socket's path has at most 107 bytes.
        self._directory = Path(tempfile.mkdtemp(prefix="mayfly."))
        self.socket = str(self._directory / "agent.sock")
        self.operator_socket = str(self._directory / "operator" / "operator.sock")
        self._log = self._directory / "log"
        self._apps: list[App] = []
        self._process: subprocess.Popen[bytes] | None = None
        self.operator = Operator(self.operator_socket)
        try:
            self.start()
        except BaseException:
            self.close()
            raise

    def start(self) -> None:
        """Starts the broker, on the data that it had where it ran before."""
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603
                [
                    _program(),
                    "--data-directory",
                    str(self._directory / "data"),
                    "--key-file",
                    str(self._directory / "data" / "key"),
                    "--agent-socket",
                    self.socket,
                    "--operator-socket",
                    self.operator_socket,
                    "--no-pin-reactors",
                ],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=_environment(),
            )
        self._wait(self._process)

    def stop(self) -> None:
        """Lets the broker finish what it has begun, and end."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
        self._process = None

    def kill(self) -> None:
        """Ends the broker as a power cut would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def restart(self) -> None:
        """Stops it and starts it again."""
        self.stop()
        self.start()

    @property
    def pid(self) -> int:
        """Of the broker, while it runs."""
        if self._process is None:
            raise RuntimeError("the broker does not run")
        return self._process.pid

    def app(self, name: str | None = None, *, orch: str | None = None) -> App:
        """A client of this broker, closed with it."""
        app = App(name, socket=self.socket, orch=orch)
        self._apps.append(app)
        return app

    def close(self) -> None:
        """Stops the broker and removes its data."""
        for app in self._apps:
            app.close()
        self.operator.close()
        self.stop()
        shutil.rmtree(self._directory, ignore_errors=True)

    def __enter__(self) -> EmbeddedBroker:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _wait(self, process: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + _START_SECONDS
        while True:
            try:
                if self.operator.is_up():
                    return
            except MayflyError:
                if process.poll() is not None or time.monotonic() > deadline:
                    said = self._log.read_text(errors="replace")
                    raise RuntimeError(f"the broker did not start:\n{said}") from None
                time.sleep(0.02)


def _program() -> str:
    folder = os.environ.get("MAYFLY_BIN")
    program = shutil.which("mayflyd", path=folder) if folder else shutil.which("mayflyd")
    if program is None:
        where = folder or "PATH"
        raise RuntimeError(f"there is no mayflyd in {where}: set MAYFLY_BIN to its folder")
    return program


def _environment() -> dict[str, str]:
    """What is set for a broker of the system must not decide what this one is."""
    return {name: value for name, value in os.environ.items() if not name.startswith("MAYFLY_")}
