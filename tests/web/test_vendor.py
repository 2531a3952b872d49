"""The files of others that Opportune serves are the pinned ones, and no more."""

import importlib.util
import shutil
import sys
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def script() -> ModuleType:
    loader = SourceFileLoader("opportune_bin_vendor", str(ROOT / "bin" / "vendor"))
    spec = importlib.util.spec_from_loader(loader.name, loader)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[loader.name] = module  # dataclasses look their module up
    written, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    loader.exec_module(module)
    sys.dont_write_bytecode = written
    return module


@pytest.fixture
def copy(script: ModuleType, tmp_path: Path) -> Path:
    return Path(shutil.copytree(script.VENDOR, tmp_path / "vendor"))


def test_the_vendored_files_are_those_pinned(script: ModuleType) -> None:
    assert script.differences() == []


def test_what_only_tests_need_is_what_was_pinned(script: ModuleType) -> None:
    assert script.differences(script.TEST_VENDOR, script.TEST_PACKAGES) == []
    assert not {package.name for package in script.TEST_PACKAGES} & {p.name for p in script.PACKAGES}


def test_each_package_comes_with_its_licence(script: ModuleType) -> None:
    for vendor, packages in script.SHELVES:
        for package in packages:
            assert (vendor / package.folder / "LICENSE").stat().st_size > 300


def test_a_changed_file_is_found(script: ModuleType, copy: Path) -> None:
    changed = copy / script.PACKAGES[0].folder / "htmx.min.js"
    changed.write_bytes(changed.read_bytes() + b";")
    assert script.differences(copy) == [f"{script.PACKAGES[0].folder}/htmx.min.js is not what was vendored"]


def test_a_missing_file_is_found(script: ModuleType, copy: Path) -> None:
    (copy / script.PACKAGES[1].folder / "LICENSE").unlink()
    assert script.differences(copy) == [f"{script.PACKAGES[1].folder}/LICENSE is missing"]


def test_a_file_nobody_pinned_is_found(script: ModuleType, copy: Path) -> None:
    (copy / "extra.js").write_text("")
    assert script.differences(copy) == ["extra.js is not told by manifest.json"]


def test_a_version_the_manifest_does_not_tell_is_found(script: ModuleType, copy: Path) -> None:
    manifest = copy / script.MANIFEST
    manifest.write_text(manifest.read_text().replace(script.PACKAGES[0].integrity, "sha512-other"))
    assert len(script.differences(copy)) == 1


def test_a_sprite_made_before_an_icon_was_listed_is_found(script: ModuleType, copy: Path) -> None:
    manifest = copy / script.MANIFEST
    manifest.write_text(manifest.read_text().replace('      "trophy",\n', ""))
    assert len(script.differences(copy)) == 1


def test_the_sprite_draws_each_listed_icon_once(script: ModuleType) -> None:
    icons = script.PACKAGES[-1]
    sprite = (script.VENDOR / icons.folder / script.SPRITE).read_text()
    assert [sprite.count(f'id="i-{icon}"') for icon in icons.icons] == [1] * len(icons.icons)
