"""What `bin/test` and `bin/check` do, as a list of steps. Standard library only."""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.postgresql import NoPostgreSQL, programs, temporary_cluster

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MODULE = [sys.executable, "-m"]


@dataclass
class Run:
    """The steps taken so far: their names, times and outcomes, and what was left out."""

    must_be_whole: bool
    environment: dict[str, str]
    failed: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    begun: float = field(default_factory=time.monotonic)

    def step(self, name: str, *command: str, **environment: str) -> None:
        """Run a command; say its name and time, and when it fails what it said."""
        self.do(name, lambda: self.call(list(command), environment))

    def do(self, name: str, work: Callable[[], int]) -> None:
        """Do a piece of work that returns an exit code, as one step."""
        print(f"• {name} …", flush=True)
        begun = time.monotonic()
        code = work()
        print(f"{'✓' if code == 0 else '✗'} {name} ({time.monotonic() - begun:.1f} s)", flush=True)
        if code:
            self.failed.append(name)

    def leave_out(self, name: str, reason: str) -> None:
        """Note that a step cannot be taken here."""
        print(f"– {name} left out: {reason}", flush=True)
        self.left_out.append(name)

    def finish(self) -> int:
        """Sum up; 0 when nothing failed, and nothing was left out where all is wanted."""
        print(f"\n{time.monotonic() - self.begun:.0f} s in all.", end=" ")
        if self.left_out:
            print(f"Left out: {', '.join(self.left_out)}.", end=" ")
        if self.failed:
            print(f"Failed: {', '.join(self.failed)}.")
            return 1
        print("All is well." if not self.left_out else "The rest is well.")
        return 1 if self.left_out and self.must_be_whole else 0

    def call(self, command: list[str], environment: dict[str, str]) -> int:
        """Run a command in the clone; of the tests the output is shown as it comes, of others when they fail."""
        shown = None if "pytest" in command else subprocess.PIPE
        done = subprocess.run(
            command,
            cwd=ROOT,
            env={**self.environment, **environment},
            check=False,
            stdout=shown,
            stderr=subprocess.STDOUT,
            text=True,
        )
        if done.returncode and done.stdout:
            print(done.stdout, flush=True)
        return done.returncode


def check(run: Run) -> None:
    """The quick checks."""
    run.step("lint", *MODULE, "ruff", "check", "--quiet", ".")
    run.step("format", *MODULE, "ruff", "format", "--quiet", "--check", ".")
    run.step("types", *MODULE, "mypy", "--no-error-summary")
    run.step("import contracts", str(Path(sys.executable).with_name("lint-imports")), "--no-cache")
    run.step("migrations", *MODULE, "opportune", "manage", "makemigrations", "--check", "--dry-run")
    run.step("catalogue", *MODULE, "opportune", "catalogue", "--check")


def test(run: Run, *, everything: bool) -> None:
    """The quick checks, then the tests: on SQLite, on PostgreSQL, in a browser."""
    install_programs(run)
    check(run)
    run.step("compile catalogue", *MODULE, "opportune", "catalogue", "--compile")
    scope = "" if everything else " and not long"
    parallel = ["-n", "2", "--dist", "loadfile"]
    pytest = [*MODULE, "pytest", "-q", "--no-header"]
    run.step("tests on SQLite", *pytest, *parallel, "-m", f"not browser and not postgres{scope}")
    try:
        programs()
    except NoPostgreSQL:
        run.leave_out("tests on PostgreSQL", "no server (apt install postgresql)")
    else:
        if not _bouncer():
            run.leave_out("tests through pgbouncer", "not installed (apt install pgbouncer)")
        both = [*pytest, *parallel, "-m", f"not browser{scope}"]
        run.do("tests on PostgreSQL", lambda: on_postgresql(run, both))
    browser = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if browser:
        run.step("browser", *pytest, *parallel, "-m", f"browser{scope}", OPPORTUNE_TEST_BROWSER=browser)
    else:
        run.leave_out("browser", "no Chromium (apt install chromium)")


def on_postgresql(run: Run, command: list[str]) -> int:
    """Run a command with a PostgreSQL cluster of its own, for as long as it lasts."""
    try:
        with temporary_cluster() as url:
            return run.call(command, {"DATABASE_URL": url})
    except (NoPostgreSQL, subprocess.CalledProcessError) as failure:
        print(f"No PostgreSQL: {failure!r}", flush=True)
        return 1


def install_programs(run: Run) -> None:
    """Install Chromium, PostgreSQL and pgbouncer where they are missing and apt may be used."""
    missing = []
    if not any(shutil.which(name) for name in BROWSERS):
        missing.append("chromium")
    try:
        programs()
    except NoPostgreSQL:
        missing.append("postgresql")
    if not _bouncer():
        missing.append("pgbouncer")
    if missing and (apt := _apt()):
        quiet = ["-qq", "-o", "Dpkg::Use-Pty=0"]
        run.step("package lists", *apt, "update", *quiet)
        run.step(f"install {' and '.join(missing)}", *apt, "install", *quiet, "-y", *missing)


def _bouncer() -> bool:
    return shutil.which("pgbouncer", path=f"{os.environ.get('PATH', '')}:/usr/sbin") is not None


def _apt() -> list[str]:
    """How to call apt-get without being asked for a password; nothing when that cannot be."""
    if shutil.which("apt-get") is None:
        return []
    apt = ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get"]
    if os.geteuid() == 0:
        return apt
    allowed = shutil.which("sudo") and subprocess.run(
        ["sudo", "-n", "true"], check=False, stderr=subprocess.DEVNULL
    )
    return ["sudo", "-n", *apt] if allowed and allowed.returncode == 0 else []


def main() -> int:
    """Run the steps asked for on the command line."""
    parser = argparse.ArgumentParser(prog="bin/test")
    parser.add_argument("steps", choices=["check", "test"])
    parser.add_argument("--all", action="store_true", help="also the tests that take long")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="opportune-data-") as data:
        own = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith("OPPORTUNE_") and name != "DATABASE_URL"
        }
        run = Run(
            must_be_whole=os.environ.get("CI", "").lower() in {"1", "true"},
            environment={**own, "OPPORTUNE_DATA": data, "PYTHONPATH": str(ROOT)},
        )
        if options.steps == "check":
            check(run)
        else:
            test(run, everything=options.all)
        return run.finish()


if __name__ == "__main__":
    sys.exit(main())
