"""Starts and stops a sandbox; cheap to import, since Django is only loaded by `serve`."""

import http.client
import json
import os
import re
import secrets
import signal
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Thread, current_thread, main_thread
from typing import TYPE_CHECKING, Any

from cg_sync.sandbox.faults.node import BadScript
from cg_sync.sandbox.faults.reading import checked_json

if TYPE_CHECKING:
    from cg_sync.sandbox.server import Server

_DATABASE, _ABOUT = "sandbox.sqlite3", "sandbox.json"
# Raised whenever the tables or the invented customers change: an older data folder is refused
# rather than misread.
_FORMAT = 2
_CHANNEL = 1
_PARENT_CHECK_SECONDS = 0.5


@dataclass(frozen=True)
class Options:
    """How one sandbox is set up; without `data` it lives in a folder that is removed at the end."""

    port: int = 8765
    customers: int = 2000
    seed: int = 7
    data: Path | None = None
    ready_file: Path | None = None
    max_page_size: int = 1000
    throttle: str | None = None
    faults: str | None = None
    stop_with_parent: bool = False


class _Stop:
    """A wish to stop; safe in a signal handler, where an Event could wait for its own thread."""

    def __init__(self) -> None:
        self._wishes: SimpleQueue[None] = SimpleQueue()

    def ask(self, *_: object) -> None:
        """Utter it."""
        self._wishes.put(None)

    def is_asked(self) -> bool:
        """Whether it was uttered and nobody has waited for it yet."""
        return not self._wishes.empty()

    def wait(self, seconds: float) -> bool:
        """Whether it was uttered before the time was over."""
        try:
            self._wishes.get(timeout=seconds)
        except Empty:
            return False
        return True


class PortTaken(Exception):
    """Somebody else listens on the port."""

    def __init__(self, port: int) -> None:
        super().__init__(f"port {port} is taken")
        self.port = port


class ForeignData(Exception):
    """The data folder is of another version of the sandbox, or no sandbox's at all."""


def parse_throttle(text: str) -> tuple[int, float]:
    """`50/1s` → 50 requests in any 1.0 seconds; ValueError for anything else."""
    match = re.fullmatch(r"(\d+)/(\d+(?:\.\d+)?)s", text)
    if match is None or int(match[1]) == 0 or float(match[2]) == 0:
        raise ValueError(f"{text!r} is not a rate such as 50/1s")
    return int(match[1]), float(match[2])


def read_script(given: str) -> Any:
    """The JSON of a fault script, which is given itself or as the name of its file.

    Raises BadScript, also when there is no such file.
    """
    if given.lstrip().startswith("{"):
        return checked_json(given)
    try:
        return checked_json(Path(given).read_text("utf-8"))
    except OSError as error:
        raise BadScript(given, error.strerror or str(error)) from None
    except UnicodeDecodeError:
        raise BadScript(given, "no UTF-8") from None


def serve(options: Options, *, announce: Callable[[str], None]) -> None:
    """Run a sandbox until Ctrl-C, SIGTERM or, if wished, the end of the parent; one per process.

    Raises PortTaken, ForeignData, BadScript for bad faults, or ValueError for a bad throttle.
    """
    script = read_script(options.faults) if options.faults else None
    throttle = parse_throttle(options.throttle) if options.throttle else None
    parent = os.getppid()
    stop = _Stop()
    with _stopped_by_signals(stop), _data_folder(options.data) as folder:
        server = _bind(options.port)
        try:
            if options.ready_file is not None:  # one that a killed sandbox left behind
                options.ready_file.unlink(missing_ok=True)
            _set_up_django(folder, server.server_port, options.max_page_size, throttle)
            if _fill(folder, options, stop, announce):
                with _answering(server), _faults(script):
                    _announce_address(server.server_port, announce)
                    with _ready_file(options.ready_file, server.server_port):
                        _wait(stop, parent if options.stop_with_parent else None)
        finally:
            server.server_close()


def _bind(port: int) -> "Server":
    from cg_sync.sandbox.server import Server

    try:
        return Server(port)
    except OSError as error:
        raise PortTaken(port) from error


def _set_up_django(
    folder: Path, port: int, max_page_size: int, throttle: tuple[int, float] | None
) -> None:
    import django
    from django.conf import settings

    from cg_sync.sandbox import settings as defaults

    values: dict[str, Any] = {
        name: value for name, value in vars(defaults).items() if name.isupper()
    }
    database = values["DATABASES"]["default"] | {"NAME": folder / _DATABASE}
    values |= {
        "DATABASES": {"default": database},
        "SECRET_KEY": secrets.token_urlsafe(50),
        # Cookies know no ports: each of several sandboxes needs names of its own.
        "SESSION_COOKIE_NAME": f"sandbox_session_{port}",
        "CSRF_COOKIE_NAME": f"sandbox_csrf_{port}",
        "SANDBOX_MAX_PAGE_SIZE": max_page_size,
        "SANDBOX_THROTTLE": throttle,
    }
    settings.configure(**values)
    django.setup()


def _fill(folder: Path, options: Options, stop: _Stop, announce: Callable[[str], None]) -> bool:
    """Whether the shop is ready to open; not so when it was stopped half-way."""
    from cg_sync.sandbox import seed

    wanted = {"format": _FORMAT, "customers": options.customers, "seed": options.seed}
    about = folder / _ABOUT
    if about.exists():
        found = json.loads(about.read_text("utf-8"))
        if found.get("format") != _FORMAT:
            raise ForeignData(f"{folder} was made by another version; remove it to start afresh")
        if found != wanted:
            announce(
                f"warning: {folder} keeps its {found['customers']:,} customers of seed "
                f"{found['seed']}; {options.customers:,} of seed {options.seed} were asked for"
            )
        return True
    # No note of a finished shop: what is there was left by a start that did not get far.
    for leftover in folder.glob(f"{_DATABASE}*"):
        leftover.unlink()
    seed.make_tables()
    try:
        seed.fill(seed=options.seed, customers=options.customers, stopped=stop.is_asked)
    except seed.SeedStopped:
        return False
    about.write_text(json.dumps(wanted), "utf-8")
    return True


@contextmanager
def _answering(server: "Server") -> Iterator[None]:
    """The server at work, and known to answer."""
    from django.contrib.staticfiles.handlers import StaticFilesHandler
    from django.core.wsgi import get_wsgi_application
    from django.db import connections

    server.set_app(StaticFilesHandler(get_wsgi_application()))
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        warm_up = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=60)
        warm_up.request("GET", "/_sandbox/requests/")
        warm_up.getresponse().read()
        warm_up.close()
        yield
    finally:
        server.stop()
        thread.join()
        connections.close_all()


@contextmanager
def _faults(script: Any) -> Iterator[None]:
    """The script on stage from the first request on; what it did is put right at the end."""
    from cg_sync.sandbox.faults.stage import STAGE
    from cg_sync.sandbox.request_log import REQUESTS

    STAGE.put_on(script, settle=REQUESTS.settle)
    try:
        yield
    finally:
        STAGE.put_on(None, settle=REQUESTS.settle)


@contextmanager
def _ready_file(path: Path | None, port: int) -> Iterator[None]:
    """A file that is there, and complete, as long as the shop is open."""
    if path is None:
        yield
        return
    from rest_framework.authtoken.models import Token

    from cg_sync.sandbox.seed import ADMIN, ADMIN_PASSWORD

    content = {
        "url": f"http://127.0.0.1:{port}",
        "token": Token.objects.get(user__username=ADMIN).key,
        "username": ADMIN,
        "password": ADMIN_PASSWORD,
        "channel": _CHANNEL,
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    # mkstemp makes the file readable by nobody else.
    handle, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump(content, file)
    Path(draft).replace(path)
    try:
        yield
    finally:
        path.unlink(missing_ok=True)


def _announce_address(port: int, announce: Callable[[str], None]) -> None:
    from cg_sync.sandbox import models, seed

    url = f"http://127.0.0.1:{port}"
    announce(f"Sandbox shop at {url}/ with {models.Customer.objects.count():,} customers")
    announce(
        f"Admin at {url}/admin/: {seed.ADMIN} / {seed.ADMIN_PASSWORD}, "
        f"read only: {seed.READER} / {seed.READER_PASSWORD}"
    )
    announce("Ctrl-C stops it")


def _wait(stop: _Stop, parent: int | None) -> None:
    while not stop.wait(_PARENT_CHECK_SECONDS):
        if parent is not None and os.getppid() != parent:
            return


@contextmanager
def _stopped_by_signals(stop: _Stop) -> Iterator[None]:
    """Ctrl-C and SIGTERM ask to stop; in any other thread than the main one nothing does."""
    if current_thread() is not main_thread():
        yield
        return
    numbers = (signal.SIGINT, signal.SIGTERM)
    before = {number: signal.signal(number, stop.ask) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def _data_folder(data: Path | None) -> Iterator[Path]:
    if data is not None:
        data.mkdir(parents=True, exist_ok=True)
        yield data
        return
    with tempfile.TemporaryDirectory(prefix="cg-sync-sandbox-") as folder:
        yield Path(folder)
