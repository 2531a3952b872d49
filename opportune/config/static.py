"""Static files under names that carry a hash of their content, so that browsers may keep them for ever."""

from collections.abc import Iterator, MutableMapping
from pathlib import Path
from typing import Any

from whitenoise.storage import CompressedManifestStaticFilesStorage

from opportune.web import assets


class HashedStaticFiles(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # WhiteNoise has no types
    """WhiteNoise's storage, following the imports between JavaScript modules as well.

    It also has our stylesheets as one, which a page waits for once, and the icons under a short name: a page names
    them dozens of times.
    """

    support_js_module_import_aggregation = True
    is_collected = True

    def post_process(
        self, paths: MutableMapping[str, Any], dry_run: bool = False, **options: Any
    ) -> Iterator[Any]:
        """Hash and compress what was collected, and what is made of it here."""
        if not dry_run:
            paths[assets.STYLES] = (self, assets.STYLES)
            paths[assets.ICONS] = (self, assets.ICONS)
            sheets = [self._collected(sheet).read_bytes() for sheet in assets.stylesheets()]
            self._collected(assets.STYLES).write_bytes(b"\n".join(sheets))
            self._collected(assets.ICONS).write_bytes(self._collected(assets.sprite()).read_bytes())
        yield from super().post_process(paths, dry_run, **options)

    def _collected(self, name: str) -> Path:
        return Path(self.path(name))
