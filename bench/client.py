"""A client that costs little: one connection that stays open, answers read whole, times by the monotonic clock."""

from __future__ import annotations

import socket
import time
from dataclasses import dataclass
from urllib.parse import urlencode


@dataclass(frozen=True, slots=True)
class Ask:
    """A request; `form` makes it a POST as a form sends it, `body` one of JSON."""

    path: str
    form: dict[str, str] | None = None
    body: str | None = None
    bearer: str = ""
    expected: int = 200


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, and how long it took."""

    status: int
    headers: dict[str, str]
    content: bytes
    seconds: float


class Client:
    """One visitor of one server, with the cookies of a session."""

    def __init__(self, port: int, cookies: dict[str, str] | None = None) -> None:
        self.port = port
        self.cookies = dict(cookies or {})
        self._open()

    def _open(self) -> None:
        self.socket = socket.create_connection(("127.0.0.1", self.port), timeout=120)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.file = self.socket.makefile("rb")

    def ask(self, ask: Ask, *, keep_cookies: bool = False) -> Answer:
        """Send a request and read the answer. Raises RuntimeError for another status than expected."""
        written = self._written(ask)
        begun = time.perf_counter()
        try:
            self.socket.sendall(written)
            status, headers, content = self._read()
        except (ConnectionError, ValueError):  # the server closes a connection after a while
            self._open()
            begun = time.perf_counter()
            self.socket.sendall(written)
            status, headers, content = self._read()
        seconds = time.perf_counter() - begun
        if keep_cookies:
            self._keep(headers)
        if status != ask.expected:
            raise RuntimeError(f"{ask.path} answered {status}: {content[:2000].decode(errors='replace')}")
        return Answer(status, headers, content, seconds)

    def _written(self, ask: Ask) -> bytes:
        content = b"" if ask.body is None else ask.body.encode()
        kind = "application/json"
        if ask.form is not None:
            content, kind = urlencode(ask.form).encode(), "application/x-www-form-urlencoded"
        lines = [
            f"{'GET' if ask.form is None and ask.body is None else 'POST'} {ask.path} HTTP/1.1",
            f"Host: 127.0.0.1:{self.port}",
        ]
        if self.cookies:
            lines.append("Cookie: " + "; ".join(f"{name}={value}" for name, value in self.cookies.items()))
        if ask.bearer:
            lines.append(f"Authorization: Bearer {ask.bearer}")
        if content:
            lines += [f"Content-Type: {kind}", f"Content-Length: {len(content)}"]
        if "opportune_csrf" in self.cookies:
            lines.append(f"X-CSRFToken: {self.cookies['opportune_csrf']}")
        return "\r\n".join([*lines, "", ""]).encode() + content

    def _read(self) -> tuple[int, dict[str, str], bytes]:
        first = self.file.readline()
        status = int(first.split()[1]) if first else _closed()
        headers: dict[str, str] = {}
        while (line := self.file.readline()) not in (b"\r\n", b""):
            name, _, value = line.decode("latin-1").partition(":")
            key = name.lower()
            headers[key] = f"{headers[key]}\n{value.strip()}" if key in headers else value.strip()
        if headers.get("transfer-encoding") == "chunked":
            return status, headers, self._chunks()
        return status, headers, self.file.read(int(headers.get("content-length", "0")))

    def _chunks(self) -> bytes:
        parts = []
        while size := int(self.file.readline(), 16):
            parts.append(self.file.read(size))
            self.file.readline()
        self.file.readline()
        return b"".join(parts)

    def _keep(self, headers: dict[str, str]) -> None:
        for line in headers.get("set-cookie", "").split("\n"):
            name, _, rest = line.partition("=")
            if rest:
                self.cookies[name] = rest.split(";")[0]


def _closed() -> int:
    raise ConnectionError("the server closed the connection")


def sign_in(port: int, email: str, password: str) -> dict[str, str]:
    """Sign in as a person does; the cookies of the session."""
    client = Client(port)
    client.ask(Ask("/sign/login/"), keep_cookies=True)
    client.ask(
        Ask("/sign/login/", form={"login": email, "password": password}, expected=302), keep_cookies=True
    )
    return client.cookies
