"""The style sheets and scripts keep their rules: layers, sizes, contrast, nothing inline, nothing missing."""

import json
import math
import re
from pathlib import Path

import pytest
from django.contrib.staticfiles.management.commands.collectstatic import Command
from django.test import override_settings

import opportune.web
from opportune.web import assets, templating

STATIC = Path(opportune.web.__path__[0]) / "static"
LAYERS = ("reset", "tokens", "base", "layout", "components", "screens", "utilities")
SHEETS = sorted((STATIC / "css").glob("*.css"))
SCRIPTS = sorted((STATIC / "js").rglob("*.js"))
OURS = SHEETS + SCRIPTS
HUES = range(12)
READABLE = 4.5


def names(paths: list[Path]) -> list[str]:
    return [path.name for path in paths]


def without_comments(sheet: Path) -> str:
    return re.sub(r"/\*.*?\*/", "", sheet.read_text(encoding="utf-8"), flags=re.DOTALL)


def top_level(css: str) -> list[str]:
    """The heads of the rules that stand in no other."""
    heads, depth, begun = [], 0, 0
    for at, character in enumerate(css):
        if character == "{":
            if depth == 0:
                heads.append(css[begun:at].strip().rsplit(";", 1)[-1].strip())
            depth += 1
        elif character == "}":
            depth -= 1
            begun = at + 1
    assert depth == 0
    return heads


def test_the_order_of_the_layers_is_said_first() -> None:
    first = without_comments(STATIC / "css" / "reset.css").strip().split("\n", 1)[0]
    assert first == f"@layer {', '.join(LAYERS)};"


@pytest.mark.parametrize("sheet", SHEETS, ids=names(SHEETS))
def test_a_sheet_lies_in_the_layer_it_is_named_after(sheet: Path) -> None:
    layer = re.split(r"[-.]", sheet.name)[0]
    assert layer in LAYERS
    heads = [head for head in top_level(without_comments(sheet)) if head.startswith("@layer")]
    assert set(heads) == {f"@layer {layer}"}


@pytest.mark.parametrize("sheet", SHEETS, ids=names(SHEETS))
def test_no_rule_stands_outside_the_layers(sheet: Path) -> None:
    apart = re.compile(r"@(layer|font-face)")
    assert [head for head in top_level(without_comments(sheet)) if not apart.match(head)] == []


@pytest.mark.parametrize("path", OURS, ids=names(OURS))
def test_a_file_stays_short(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) < 350


@pytest.mark.parametrize("path", OURS, ids=names(OURS))
def test_what_a_file_refers_to_is_there(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    found = re.findall(r'url\("([^"]+)"\)|(?:from|import) "(\.[^"]+)"', text)
    missing = [one for one in ("".join(pair) for pair in found) if not (path.parent / one).is_file()]
    assert missing == []


def test_every_element_is_loaded() -> None:
    loaded = re.findall(r'import "\./elements/([^"]+)"', (STATIC / "js" / "opportune.js").read_text())
    assert sorted(loaded) == sorted(path.name for path in (STATIC / "js" / "elements").glob("*.js"))


@pytest.mark.parametrize("script", SCRIPTS, ids=names(SCRIPTS))
def test_a_script_obeys_the_content_security_policy(script: Path) -> None:
    forbidden = r"\beval\(|new Function|setAttribute\(\"(style|on)|\.cssText|document\.write|javascript:"
    assert re.findall(forbidden, script.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("script", SCRIPTS, ids=names(SCRIPTS))
def test_a_script_says_no_words_of_its_own(script: Path) -> None:
    texts = re.findall(r'(?:textContent|ariaLabel|title|placeholder) = "([^"]*)"', script.read_text())
    assert [text for text in texts if re.search(r"[A-Za-z]", text)] == []


@pytest.mark.parametrize("path", OURS, ids=names(OURS))
def test_nothing_comes_from_another_host(path: Path) -> None:
    assert re.findall(r"(?:https?:)?//[a-z0-9.-]+\.[a-z]{2,}|data:", path.read_text(encoding="utf-8")) == []


def test_colours_are_mixed_so_that_grey_stays_grey() -> None:
    mixes = [mix for sheet in SHEETS for mix in re.findall(r"color-mix\(in (\w+)", sheet.read_text())]
    assert set(mixes) == {"oklab"}


def linear(lightness: float, chroma: float, hue: float) -> tuple[float, float, float]:
    """Linear sRGB of an oklch colour, cut to what a screen shows."""
    a, b = chroma * math.cos(math.radians(hue)), chroma * math.sin(math.radians(hue))
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    middle = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    red = 4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short
    green = -1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short
    blue = -0.0041960863 * long - 0.7034186147 * middle + 1.7076147010 * short
    return min(max(red, 0), 1), min(max(green, 0), 1), min(max(blue, 0), 1)


def contrast(one: tuple[float, float, float], other: tuple[float, float, float]) -> float:
    """The WCAG 2 contrast of two linear sRGB colours."""
    lights = sorted(0.2126 * red + 0.7152 * green + 0.0722 * blue for red, green, blue in (one, other))
    return (lights[1] + 0.05) / (lights[0] + 0.05)


def pairs_of(rule: str, property_name: str) -> list[tuple[float, float]]:
    """Lightness and chroma in light and in dark of an avatar's colour."""
    colour = r"oklch\(([\d.]+) ([\d.]+) var\(--h\)\)"
    pattern = rf"(?<![a-z-]){property_name}: light-dark\({colour}, {colour}\)"
    match = re.search(pattern, rule)
    assert match
    light_l, light_c, dark_l, dark_c = map(float, match.groups())
    return [(light_l, light_c), (dark_l, dark_c)]


def avatar_rules() -> dict[str, str]:
    css = re.sub(r"\s+", " ", without_comments(STATIC / "css" / "components-controls.css"))
    rule = css[css.index(".av {") :]
    square = rule.index("&.sq {")
    return {"round": rule[:square], "square": rule[square : rule.index("}", square)]}


def hue_of(number: int) -> float:
    css = (STATIC / "css" / "components-controls.css").read_text()
    match = re.search(rf"&\.h{number} \{{ --h: (\d+); \}}", css)
    assert match, number
    return float(match[1])


@pytest.mark.parametrize("shape", ["round", "square"])
@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_initials_are_readable_in_every_hue(shape: str, theme: int) -> None:
    rule = avatar_rules()[shape]
    ink, ground = pairs_of(rule, "color")[theme], pairs_of(rule, "background")[theme]
    lowest = min(contrast(linear(*ink, hue_of(hue)), linear(*ground, hue_of(hue))) for hue in HUES)
    assert lowest >= READABLE


def tokens(theme: int) -> dict[str, tuple[float, float, float]]:
    """The opaque colours among the tokens, linear, for light (0) or dark (1)."""
    colour = r"oklch\(([\d.]+) ([\d.]+) ([\d.]+)\)"
    css = without_comments(STATIC / "css" / "tokens.css")
    found = re.findall(rf"--([a-z0-9-]+): light-dark\({colour}, {colour}\)", css)
    return {name: linear(*map(float, values[3 * theme : 3 * theme + 3])) for name, *values in found}


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(
    "ink", ["text", "text-2", "text-3", "accent-text", "won-text", "warn-text", "late-text"]
)
def test_text_is_readable_on_every_ground(theme: int, ink: str) -> None:
    colours = tokens(theme)
    grounds = ["surface", "surface-2", "raised", "bg"]
    assert min(contrast(colours[ink], colours[ground]) for ground in grounds) >= READABLE


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize("meaning", ["accent", "won", "warn", "late", "info"])
def test_a_meaning_is_readable_on_its_own_ground(theme: int, meaning: str) -> None:
    colours = tokens(theme)
    assert contrast(colours[f"{meaning}-text"], colours[f"{meaning}-soft"]) >= READABLE


def test_templates_use_only_icons_of_the_sprite() -> None:
    manifest = json.loads((STATIC / "vendor" / "manifest.json").read_text())
    icons = {icon for package in manifest for icon in package.get("icons", ())}
    templates = (STATIC.parent / "templates").rglob("*.html")
    used = {name for path in templates for name in re.findall(r'icon\("([a-z0-9-]+)"', path.read_text())}
    assert used - icons == set()


def test_the_files_can_be_collected_under_hashed_names(tmp_path: Path) -> None:
    storages = {
        "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
        "staticfiles": {"BACKEND": "opportune.config.static.HashedStaticFiles"},
    }
    with override_settings(STATIC_ROOT=tmp_path, STORAGES=storages):
        command = Command()
        command.set_options(
            interactive=False, verbosity=0, link=False, clear=False, dry_run=False, ignore_patterns=[],
            use_default_ignore_patterns=True, post_process=True,
        )  # fmt: skip
        command.collect()
        try:
            links, icon = templating.stylesheet_links.__wrapped__(), templating.icon_of.__wrapped__("plus")
        finally:
            templating.static_address.cache_clear()
    paths = json.loads((tmp_path / "staticfiles.json").read_text())["paths"]
    assert links.count("<link") == 1
    assert paths[assets.STYLES] in links
    assert f"{paths[assets.ICONS]}#i-plus" in icon
    whole = (tmp_path / paths[assets.STYLES]).read_text()
    parts = [(tmp_path / paths[sheet]).read_text() for sheet in assets.stylesheets()]
    assert whole == "\n".join(parts)
    icons, sprite = (tmp_path / paths[name] for name in (assets.ICONS, assets.sprite()))
    assert icons.read_bytes() == sprite.read_bytes()
    board = (tmp_path / paths["js/elements/op-board.js"]).read_text()
    assert Path(paths["js/board/dragging.js"]).name in board
    dragging = (tmp_path / paths["js/board/dragging.js"]).read_text()
    assert (
        Path(next(hashed for name, hashed in paths.items() if name.endswith("sortable.esm.js"))).name
        in dragging
    )


def test_the_icons_of_marks_are_those_of_the_sprite() -> None:
    [sprite] = STATIC.glob("vendor/lucide-static-*/sprite.svg")
    drawn = re.findall(r"<symbol[^>]*>(.*?)</symbol>", sprite.read_text())
    marks = re.findall(r"<g(?: transform=\"[^\"]*\")?>(.+?)</g>", (STATIC / "img" / "marks.svg").read_text())
    assert len(marks) == 16
    assert set(marks) <= set(drawn)
