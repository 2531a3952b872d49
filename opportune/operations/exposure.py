"""Whether others may reach this installation: never while a password is known to everybody."""

from __future__ import annotations

import ipaddress

from opportune.identity.queries import demo_passwords_exist


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach a server that listens on `host`."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def exposure_refusal(host: str) -> str:
    """Why a server must not listen on `host`, as a sentence, or nothing."""
    if is_loopback(host) or not demo_passwords_exist():
        return ""
    return (
        f"Others could reach {host}, and there are users with the demo password, which is public. Listen on "
        "127.0.0.1, or begin in another data directory with --empty, or change or deactivate those users."
    )
