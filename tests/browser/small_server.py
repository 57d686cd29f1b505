"""A server of a few lines, standing in for the product: the built client against tincay.core and nothing else."""

import base64
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

CLIENT = Path(__file__).resolve().parents[2] / "tincay/web/static/client"
POLICY = "default-src 'none'; script-src 'self'; connect-src 'self'; worker-src 'self'; style-src 'self'"
TYPES = {".js": "text/javascript", ".txt": "text/plain; charset=utf-8"}

Answer = tuple[int, dict[str, Any]]


@dataclass
class SmallServer:
    """`pages` are bodies by path; `answers` are called with the JSON that was posted to their path;
    `proofs` are what showed of each post that a key was open."""

    pages: dict[str, str] = field(default_factory=dict)
    answers: dict[str, Callable[[dict[str, Any]], Answer]] = field(default_factory=dict)
    posted: dict[str, list[bytes]] = field(default_factory=dict)
    proofs: list[str | None] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    root: str = ""
    cache_control: str = "no-store"
    client: Path = CLIENT

    def add_page(self, path: str, main: str, *, script: str = "reporter.js") -> None:
        loaded = "".join(f'<script src="/client/{name}" defer></script>' for name in script.split())
        self.pages[path] = (
            f'<!doctype html><html lang="vi"><title>trang{path}</title><body>'
            f'<a data-leave href="/weather">thoát</a><main>{main}</main>'
            f"{loaded}</body></html>"
        )

    def page(self, path: str) -> tuple[int, str, bytes]:
        if path.startswith("/client/"):
            file = self.client / path.removeprefix("/client/")
            return 200, TYPES[file.suffix], file.read_bytes()
        if path in self.pages:
            return 200, "text/html; charset=utf-8", self.pages[path].encode()
        return 404, "text/html; charset=utf-8", b"<title>no</title><main><h1>no</h1></main>"

    def answer(self, path: str, body: bytes) -> Answer:
        self.posted.setdefault(path, []).append(body)
        return self.answers[path](json.loads(body))


def _handler(server: SmallServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            server.asked.append(self.path)
            self._send(*server.page(self.path.split("?")[0]))

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            server.proofs.append(self.headers["X-Opened"])
            status, said = server.answer(self.path, body)
            self._send(status, "application/json", json.dumps(said).encode())

        def _send(self, status: int, kind: str, body: bytes) -> None:
            self.send_response(status)
            for name, value in (
                ("Content-Type", kind),
                ("Content-Length", str(len(body))),
                ("Content-Security-Policy", POLICY),
                ("Cache-Control", server.cache_control),
            ):
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    return Handler


@contextmanager
def serving() -> Iterator[SmallServer]:
    server = SmallServer()
    listener = ThreadingHTTPServer(("127.0.0.1", 0), _handler(server))
    server.root = f"http://127.0.0.1:{listener.server_port}"
    thread = threading.Thread(target=listener.serve_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        listener.shutdown()
        listener.server_close()
        thread.join()


def b64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def b64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def from_b64url(written: str) -> bytes:
    return base64.urlsafe_b64decode(written + "=" * (-len(written) % 4))


def script_json(identifier: str, value: object) -> str:
    return f'<script type="application/json" id="{identifier}">{json.dumps(value)}</script>'
