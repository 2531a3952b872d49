"""Where the static files are: our own stylesheets in the order of their layers, and the vendored libraries."""

import json
from functools import lru_cache
from pathlib import Path

STATIC = Path(__file__).resolve().parent / "static"
LAYERS = ("reset", "tokens", "base", "layout", "components", "screens", "utilities")
STYLES = "css/opportune.css"
"""All stylesheets as one, where static files are collected."""
ICONS = "icons.svg"
"""The sprite of icons, likewise."""
_SCRIPTS = {"htmx": ("htmx.org", "htmx.min.js")}


@lru_cache(maxsize=1)
def stylesheets() -> tuple[str, ...]:
    """Our stylesheets, the reset first; a layer may be spread over several (`screens-board.css`)."""
    found = sorted(path.name for path in (STATIC / "css").glob("*.css"))
    return tuple(
        f"css/{name}" for layer in LAYERS for name in found if name.split(".")[0].split("-")[0] == layer
    )


@lru_cache(maxsize=8)
def vendored(name: str) -> str:
    """The directory of a vendored library, with its version."""
    manifest = json.loads((STATIC / "vendor" / "manifest.json").read_text())
    folder = next(package["folder"] for package in manifest if package["name"] == name)
    return f"vendor/{folder}"


def script(key: str) -> str:
    """A vendored script."""
    package, file = _SCRIPTS[key]
    return f"{vendored(package)}/{file}"


def sprite() -> str:
    """The sprite of icons."""
    return f"{vendored('lucide-static')}/sprite.svg"
