"""The web server: Django's own, on loopback, with connections that stay open unless a fault ends
them.
"""

import socket
import struct
from typing import Any, assert_never

from django.core.servers.basehttp import ServerHandler, ThreadedWSGIServer, WSGIRequestHandler

from cg_sync.sandbox.faults.hit import HIT, Ending, Hit

HOST = "127.0.0.1"
_LONGEST_LINE = 65_536
# Closing with a linger time of 0 sends RST, and throws away what was not sent yet.
_NO_LINGER = struct.pack("ii", 1, 0)


class _Answer(ServerHandler):
    """Sends one answer, or breaks off as the fault that hit the request wants it."""

    request_handler: "RequestHandler"
    environ: dict[str, Any]

    def finish_response(self) -> None:
        hit: Hit | None = self.environ.get(HIT)
        ending = Ending.KEPT if hit is None else hit.ending
        match ending:
            case Ending.KEPT:
                super().finish_response()
            case Ending.CLOSED:
                super().finish_response()
                self.request_handler.close_connection = True
            case Ending.SILENT:
                self.close()
                self.request_handler.close_connection = True
            case Ending.RESET:
                self.close()
                self.request_handler.reset()
            case _:
                assert_never(ending)


class RequestHandler(WSGIRequestHandler):
    """One connection of a client; it can be kept open for many requests."""

    disable_nagle_algorithm = True
    server: "Server"

    def handle_one_request(self) -> None:
        """Django's own, but for the class that sends the answer."""
        self.raw_requestline = self.rfile.readline(_LONGEST_LINE + 1)
        if len(self.raw_requestline) > _LONGEST_LINE:
            self.requestline = self.request_version = self.command = ""
            self.send_error(414)
        elif self.parse_request():
            answer = _Answer(self.rfile, self.wfile, self.get_stderr(), self.get_environ())
            answer.request_handler = self
            app = self.server.get_app()
            assert app is not None, "set before the server serves"
            answer.run(app)

    def reset(self) -> None:
        """Break the connection off, as a crash of the other end would."""
        self.close_connection = True
        connection: Any = self.connection
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
        # Closed below the socket object: that would say goodbye first, and wait for its files.
        socket.close(connection.detach())

    def log_message(self, format: str, *args: Any) -> None:
        """Keep quiet: the control door shows what was asked."""


class Server(ThreadedWSGIServer):
    """Listens from the moment it is made; a taken port raises OSError."""

    request_queue_size = 128
    # Closing waits for the answers under way: their database may be removed right after.
    daemon_threads = False

    def __init__(self, port: int) -> None:
        self._connections: set[socket.socket] = set()
        super().__init__((HOST, port), RequestHandler)

    def server_bind(self) -> None:
        """Bind, without the look-up of our own name that can take seconds."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = HOST, self.server_address[1]
        self.setup_environ()

    def process_request(self, request: Any, client_address: Any) -> None:
        self._connections.add(request)
        super().process_request(request, client_address)

    def close_request(self, request: Any) -> None:
        self._connections.discard(request)
        super().close_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is no news."""

    def stop(self) -> None:
        """Stop listening, hang up on everybody, and wait until the last answer is done."""
        self.shutdown()
        for connection in list(self._connections):
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue  # the client was faster
        self.server_close()
