"""Static files under names that carry a hash of their content, so that browsers may keep them for ever."""

from collections.abc import Iterator, Mapping, MutableMapping, Sequence
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

    @staticmethod
    def made_of() -> Mapping[str, Sequence[str]]:
        """What is put together here, by its name, of which files."""
        return {assets.STYLES: assets.stylesheets(), assets.ICONS: (assets.sprite(),)}

    def post_process(
        self, paths: MutableMapping[str, Any], dry_run: bool = False, **options: Any
    ) -> Iterator[Any]:
        """Hash and compress what was collected, and what is put together here."""
        if not dry_run:
            for name, parts in self.made_of().items():
                found = (Path(storage.path(path)) for storage, path in (paths[part] for part in parts))
                Path(self.path(name)).write_bytes(b"\n".join(each.read_bytes() for each in found))
                paths[name] = (self, name)
        yield from super().post_process(paths, dry_run, **options)
