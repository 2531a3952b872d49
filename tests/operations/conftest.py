"""Installations to begin with: migrated once, copied for each test."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from tests.operations.installations import Installation


@pytest.fixture(scope="session")
def migrated_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory with an SQLite database that has what ships, and nobody in it."""
    data = tmp_path_factory.mktemp("migrated") / "data"
    Installation(data).run("migrate")
    return data


@pytest.fixture
def installed(migrated_data: Path, tmp_path: Path) -> Callable[..., Installation]:
    """Makes an installation on SQLite that has what ships, with settings of its own."""

    def make(name: str = "data", **settings: str) -> Installation:
        shutil.copytree(migrated_data, tmp_path / name)
        return Installation(tmp_path / name, settings=settings)

    return make


@pytest.fixture
def files(settings: LazySettings, tmp_path: Path) -> Path:
    """Stored files of this test alone."""
    settings.DATA = tmp_path / "here"
    settings.DATA.mkdir()
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(settings.DATA / "files")},
        },
    }
    default_storage.save("2026/offer.pdf", ContentFile(b"%PDF of an offer"))
    return Path(settings.DATA / "files")
