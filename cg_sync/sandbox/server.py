"""The web server: Django's own, on loopback, with connections that stay open."""

import socket
from typing import Any

from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler

HOST = "127.0.0.1"


class RequestHandler(WSGIRequestHandler):
    """One connection of a client; it can be kept open for many requests."""

    disable_nagle_algorithm = True

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
