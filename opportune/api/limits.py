"""How much may be asked of the API in a minute: by a person, and without a valid token by an address.

Kept in the memory of the process, so that counting costs no statement. Several web servers allow the sum of theirs.
"""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass
from ipaddress import IPv4Address, ip_address, ip_network
from threading import Lock

from opportune.kernel import clock

REMEMBERED = 10_000
NEIGHBOURS = 64
"""The bits that the addresses of one connection share in IPv6."""


class TooMany(Exception):
    """More was asked than a minute allows; `seconds` says when the next request is answered."""

    def __init__(self, seconds: int) -> None:
        super().__init__(seconds)
        self.seconds = seconds


@dataclass(slots=True)
class Bucket:
    """What may still be asked at an instant, in requests; it fills up again evenly."""

    left: float
    at: float


class Buckets:
    """A bucket for each who asks. Those that were not asked of for longest are forgotten beyond `REMEMBERED`."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Hashable, Bucket] = OrderedDict()
        self._lock = Lock()

    def take(self, who: Hashable, *, per_minute: int) -> None:
        """Count one request. Raises TooMany, and counts nothing, when `per_minute` are used up; 0 allows any number."""
        if per_minute <= 0:
            return
        now, a_second = clock.now().timestamp(), per_minute / 60
        with self._lock:
            bucket = self._kept.setdefault(who, Bucket(per_minute, now))
            self._kept.move_to_end(who)
            if len(self._kept) > REMEMBERED:
                self._kept.popitem(last=False)
            # a clock that was set back fills no bucket
            bucket.left = min(bucket.left + max(now - bucket.at, 0) * a_second, per_minute)
            bucket.at = now
            if bucket.left < 1:
                raise TooMany(math.ceil((1 - bucket.left) / a_second))
            bucket.left -= 1

    def forget(self) -> None:
        """Begin anew with everybody."""
        with self._lock:
            self._kept.clear()


of_people = Buckets()
of_addresses = Buckets()


def neighbourhood(address: str) -> str:
    """The address that is counted: in IPv6 the network, since whoever has one address has them all."""
    try:
        found = ip_address(address)
    except ValueError:
        return ""
    if isinstance(found, IPv4Address):
        return str(found)
    if found.ipv4_mapped is not None:  # so a listener on both names who comes by IPv4
        return str(found.ipv4_mapped)
    return str(ip_network((found, NEIGHBOURS), strict=False))
