"""Measuring one operation: warm, one after the other, taking turns with its floor; then by eight clients at once."""

from __future__ import annotations

import statistics
import threading
import time
from dataclasses import asdict, dataclass

from bench.client import Client
from bench.names import COUNT
from bench.operations import Ground, ask_of, floor_of

WARM = 5
CLIENTS = 8


@dataclass(frozen=True, slots=True)
class Measured:
    """One operation: times in milliseconds, answers a second by eight clients, queries and bytes of one answer."""

    p50_ms: float
    p95_ms: float
    per_s: float
    queries: int
    bytes: int
    floor_ms: float
    ratio: float

    def as_json(self) -> dict[str, float]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Ports:
    """Where the product and the floors are, and the cookies of a session at each."""

    product: int
    beside: int
    cookies: dict[str, str]


def measure(operation: str, ground: Ground, ports: Ports, *, times: int, seconds: float) -> Measured:
    """Measure one operation."""
    product, beside = (Client(port, ports.cookies) for port in (ports.product, ports.beside))
    for _ in range(WARM):
        product.ask(ask_of(operation, ground))
        beside.ask(floor_of(operation, ground))
    taken, floor, size = [], [], 0
    for _ in range(times):
        answer = product.ask(ask_of(operation, ground))
        taken.append(answer.seconds)
        size = len(answer.content)
        floor.append(beside.ask(floor_of(operation, ground)).seconds)
    counted = [beside.ask(ask_of(operation, ground)) for _ in range(2)][-1]
    p50, floor_p50 = statistics.median(taken), statistics.median(floor)
    return Measured(
        p50_ms=round(p50 * 1000, 2),
        p95_ms=round(statistics.quantiles(taken, n=20)[-1] * 1000, 2),
        per_s=round(_throughput(operation, ground, ports, times, seconds), 1),
        queries=int(counted.headers[COUNT.lower()]),
        bytes=size,
        floor_ms=round(floor_p50 * 1000, 2),
        ratio=round(p50 / floor_p50, 2),
    )


def _throughput(operation: str, ground: Ground, ports: Ports, times: int, seconds: float) -> float:
    """Answers a second with eight clients: for a while, or until what can be done once only is done."""
    left = times * 2 if operation == "close" else None
    lock, done, failed = threading.Lock(), [0], []
    deadline = time.perf_counter() + seconds

    def work() -> None:
        client = Client(ports.product, ports.cookies)
        try:
            while time.perf_counter() < deadline:
                with lock:
                    if left is not None and done[0] >= left:
                        return
                    ask = ask_of(operation, ground)
                    done[0] += 1
                client.ask(ask)
        except Exception as error:
            failed.append(error)

    begun = time.perf_counter()
    clients = [threading.Thread(target=work) for _ in range(CLIENTS)]
    for client in clients:
        client.start()
    for client in clients:
        client.join()
    if failed:
        raise failed[0]
    return done[0] / (time.perf_counter() - begun)
