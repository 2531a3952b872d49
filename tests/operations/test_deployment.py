"""What `deploy/` has for systemd, containers and proxies: checked as far as it can be here."""

from __future__ import annotations

import fnmatch
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from opportune.__main__ import build_parser
from opportune.config.env import DEFAULTS, SETTINGS

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
UNIT = DEPLOY / "opportune.service"
MOST_EXPOSED = 2.0
HARDENED = {
    "NoNewPrivileges": "yes",
    "ProtectSystem": "strict",
    "ProtectHome": "yes",
    "PrivateTmp": "yes",
    "PrivateDevices": "yes",
    "CapabilityBoundingSet": "",
    "RestrictSUIDSGID": "yes",
    "MemoryDenyWriteExecute": "yes",
}
ANALYZE = shutil.which("systemd-analyze")
NGINX = shutil.which("nginx", path="/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin")
needs_systemd = pytest.mark.skipif(ANALYZE is None, reason="needs systemd-analyze")


def entries(unit: Path) -> list[tuple[str, str]]:
    """The assignments of a unit, in order."""
    lines = unit.read_text(encoding="ascii").splitlines()
    return [
        (name, value)
        for line in lines
        if not line.startswith("#")
        for name, eq, value in [line.partition("=")]
        if eq
    ]


def commands_of(words: str) -> list[str]:
    """The words after `-m opportune`."""
    return words.partition("-m opportune ")[2].split()


def instructions(dockerfile: str) -> list[tuple[str, str]]:
    """The instructions of a Dockerfile with their arguments, continued lines joined."""
    joined = re.sub(
        r"\\\n\s*", "", "\n".join(line for line in dockerfile.splitlines() if not line.startswith("#"))
    )
    return [(name, rest) for line in joined.splitlines() if line for name, _, rest in [line.partition(" ")]]


def docker() -> list[tuple[str, str]]:
    return instructions((DEPLOY / "Dockerfile").read_text(encoding="ascii"))


def here(unit: Path, place: Path) -> Path:
    """The unit as it would be on this machine, whose Python is elsewhere."""
    text = unit.read_text(encoding="ascii").replace("/srv/opportune/clone/.venv/bin/python", sys.executable)
    text = re.sub(r"^(User|Group)=.*$", r"\1=daemon", text, flags=re.MULTILINE)
    copy = place / unit.name
    copy.write_text(text, encoding="ascii")
    return copy


def analyze(*words: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["systemd-analyze", *map(str, words)],
        check=False,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )


@needs_systemd
def test_systemd_finds_nothing_wrong_with_the_unit(tmp_path: Path) -> None:
    verified = analyze("verify", here(UNIT, tmp_path))
    assert (verified.returncode, verified.stdout) == (0, "")


@needs_systemd
def test_systemd_finds_a_mistake_in_a_unit(tmp_path: Path) -> None:
    broken = here(UNIT, tmp_path)
    broken.write_text(
        broken.read_text(encoding="ascii").replace("ProtectSystem", "ProtectSistem"), encoding="ascii"
    )
    assert "ProtectSistem" in analyze("verify", broken).stdout


@needs_systemd
def test_the_unit_exposes_little(tmp_path: Path) -> None:
    told = analyze("security", "--offline=true", "--no-pager", here(UNIT, tmp_path)).stdout
    [level] = re.findall(r"Overall exposure level for \S+: ([\d.]+)", told)
    assert float(level) <= MOST_EXPOSED


def test_the_unit_is_hardened() -> None:
    given = dict(entries(UNIT))
    assert {name: given.get(name) for name in HARDENED} == HARDENED
    assert given["User"] not in {"", "root"}


def test_the_unit_runs_commands_that_exist() -> None:
    given = dict(entries(UNIT))
    for name, command in (("ExecStartPre", "migrate"), ("ExecStart", "serve")):
        words = commands_of(given[name])
        assert words[0] == command
        build_parser(with_data=False).parse_args(words)


def test_the_unit_waits_longer_than_what_is_under_way_may_take() -> None:
    assert int(dict(entries(UNIT))["TimeoutStopSec"]) > int(DEFAULTS["OPPORTUNE_STOP_SECONDS"]) + 5


@pytest.mark.parametrize("file", sorted(DEPLOY.iterdir()), ids=lambda file: file.name)
def test_every_setting_that_is_named_exists(file: Path) -> None:
    named = set(re.findall(r"\bOPPORTUNE_[A-Z_]+\b", file.read_text(encoding="ascii")))
    assert named <= {setting.name for setting in SETTINGS}


def test_the_container_is_said_to_be_untested() -> None:
    assert "Untested" in (DEPLOY / "Dockerfile").read_text(encoding="ascii").splitlines()[0]


def test_the_container_installs_what_is_locked_and_only_with_its_hashes() -> None:
    installing = [rest for name, rest in docker() if name == "RUN" and "pip install" in rest]
    assert len(installing) == 1
    assert "--require-hashes -r /build/requirements.lock" in installing[0]


def test_the_container_does_not_run_as_root() -> None:
    names = [name for name, _ in docker()]
    [user] = [rest for name, rest in docker() if name == "USER"]
    assert user.isdecimal()
    assert int(user) > 0
    assert names.index("USER") < names.index("ENTRYPOINT")
    assert any(f"--uid {user}" in rest for name, rest in docker() if name == "RUN")


def test_what_the_container_copies_exists_and_is_sent_to_the_builder() -> None:
    ignored = (ROOT / ".dockerignore").read_text(encoding="ascii").splitlines()
    sent = {line[1:] for line in ignored if line.startswith("!")}
    assert "*" in ignored
    copied = {rest.split()[0] for name, rest in docker() if name == "COPY" and not rest.startswith("--from")}
    assert copied == sent
    assert all((ROOT / name).exists() for name in copied)


@pytest.mark.parametrize("kept_here", ["data", ".git", ".venv", "docs", "secret.key"])
def test_what_is_private_is_not_sent_to_the_builder(kept_here: str) -> None:
    verdict = False
    for line in (ROOT / ".dockerignore").read_text(encoding="ascii").splitlines():
        if line and not line.startswith("#") and fnmatch.fnmatch(kept_here, line.removeprefix("!")):
            verdict = not line.startswith("!")
    assert verdict


def test_the_container_starts_a_command_that_exists() -> None:
    given = dict(docker())
    words = re.findall(r'"([^"]*)"', given["CMD"])
    assert words[0] == "start"
    build_parser(with_data=False).parse_args(words)
    assert given["ENTRYPOINT"].endswith('"-m", "opportune"]')
    assert words[-1] == given["EXPOSE"]
    assert given["VOLUME"] in dict(docker())["ENV"] or "OPPORTUNE_DATA=/data" in str(docker())


@pytest.mark.parametrize("file", ["nginx.conf", "Caddyfile"])
def test_a_proxy_speaks_tls_and_hands_out_no_metrics(file: str) -> None:
    text = (DEPLOY / file).read_text(encoding="ascii")
    assert "127.0.0.1:8000" in text
    assert "/metrics" in text
    assert "X-Request-ID" in text
    if file == "nginx.conf":
        for header in ("Host $host", "X-Forwarded-Proto $scheme", "X-Forwarded-For $remote_addr"):
            assert f"proxy_set_header {header};" in text
        assert "listen 443 ssl" in text


@pytest.mark.skipif(NGINX is None or shutil.which("openssl") is None, reason="needs nginx and openssl")
def test_nginx_accepts_its_example(tmp_path: Path) -> None:
    key, certificate = tmp_path / "privkey.pem", tmp_path / "fullchain.pem"
    subprocess.run(
        [
            *(
                "openssl",
                "req",
                "-x509",
                "-newkey",
                "ec",
                "-pkeyopt",
                "ec_paramgen_curve:prime256v1",
                "-nodes",
            ),
            *("-subj", "/CN=crm.example.com", "-keyout", str(key), "-out", str(certificate)),
        ],
        check=True,
        stderr=subprocess.DEVNULL,
    )
    site = (DEPLOY / "nginx.conf").read_text(encoding="ascii").replace("/etc/ssl/opportune", str(tmp_path))
    whole = tmp_path / "nginx.conf"
    whole.write_text(
        f"pid {tmp_path}/pid;\nerror_log stderr;\nevents {{}}\nhttp {{\naccess_log off;\n{site}}}\n",
        encoding="ascii",
    )
    checked = subprocess.run(
        [str(NGINX), "-t", "-q", "-c", str(whole)], check=False, text=True, stderr=subprocess.PIPE
    )
    assert checked.returncode == 0, checked.stderr
