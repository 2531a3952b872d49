"""`bin/bench`: measure the served product at a size, on an engine, as an actor."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from dataclasses import fields
from datetime import date
from typing import Any

from bench.client import sign_in
from bench.generator.addresses import ACTORS, PASSWORD
from bench.measuring import Measured, Ports, measure
from bench.operations import OPERATIONS, Ground
from bench.places import ENGINES, ROOT, Place, place, say
from bench.served import served

COLUMNS = ("p50_ms", "p95_ms", "per_s", "queries", "bytes", "floor_ms", "ratio")


def main() -> int:
    """Read what is asked, measure, and show it."""
    options = _options()
    if options.browser:
        from bench.browser import measured  # Playwright is not needed for the rest

        print(json.dumps(measured(options.size, options.engine, options.actor, options.port), indent=1))
        return 0
    with place(options.engine, options.size) as copy:
        say(f"{options.size} deals on {options.engine}: {copy.megabytes} MB on the disk")
        with served(copy.environment, options.port) as (product, beside):
            ground = _ground(copy, options.actor)
            ports = Ports(product, beside, sign_in(product, ACTORS[options.actor], PASSWORD))
            found = {}
            for operation in options.only or OPERATIONS:
                found[operation] = measure(
                    operation, ground, ports, times=options.times, seconds=options.seconds
                )
                say(f"  {operation}: {found[operation].p50_ms} ms, {found[operation].ratio} × its floor")
    _show(options, found)
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bin/bench", description=__doc__)
    parser.add_argument("--size", type=int, default=100_000, help="deals (default 100000)")
    parser.add_argument("--engine", choices=ENGINES, default="sqlite", help="database (default sqlite)")
    parser.add_argument("--actor", choices=sorted(ACTORS), default="admin", help="who asks (default admin)")
    parser.add_argument("--browser", action="store_true", help="how it feels in Chromium, as JSON")
    parser.add_argument("--json", action="store_true", help="answer as JSON")
    parser.add_argument(
        "--only", action="append", choices=OPERATIONS, help="this operation only; may be repeated"
    )
    parser.add_argument(
        "--times", type=int, default=40, help="times each is done one after the other (default 40)"
    )
    parser.add_argument("--seconds", type=float, default=4.0, help="how long eight clients ask (default 4)")
    parser.add_argument("--port", type=int, default=8101, help="the first of two free ports (default 8101)")
    return parser.parse_args()


def _ground(copy: Place, actor: str) -> Ground:
    command = [sys.executable, "-m", "bench.inside", "ground", actor]
    told = subprocess.run(command, check=True, env=copy.environment, cwd=ROOT, capture_output=True, text=True)
    read: dict[str, Any] = json.loads(told.stdout)
    known = {each.name for each in fields(Ground)}
    values = {name: value for name, value in read.items() if name in known}
    return Ground(**{**values, "today": date.fromisoformat(read["today"])})


def _show(options: argparse.Namespace, found: dict[str, Measured]) -> None:
    if options.json:
        operations = {name: each.as_json() for name, each in found.items()}
        about = {"engine": options.engine, "size": options.size, "actor": options.actor}
        print(json.dumps({**about, "operations": operations}, indent=1))
        return
    print(f"{options.size} deals, {options.engine}, {options.actor}")
    print(" ".join(["operation".ljust(15), *(name.rjust(9) for name in COLUMNS)]))
    for operation, each in found.items():
        values = each.as_json()
        print(" ".join([operation.ljust(15), *(f"{values[name]:>9}" for name in COLUMNS)]))


if __name__ == "__main__":
    sys.exit(main())
