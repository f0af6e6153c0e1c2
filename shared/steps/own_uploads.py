"""A tenant's own files, whatever they are for: named a page at a time and linked, for the tenant to take away."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from shared.cloud.blobs import Blobs, NoFile, StoredObject
from shared.steps.problems import not_found

# By folder, what its files are. A brand's are copies that no age ends; the others go after their time.
UPLOADED: Mapping[str, str] = {"brands": "brand", "clips": "clip", "images": "image", "music": "music"}
_FOUND_OF_IT = ".json"  # ends the name of what a file was found to be, which stands beside it
_UPLOADED_FILE = re.compile(r"[A-Za-z0-9_-]{1,128}\.[a-z0-9]{2,5}")


@dataclass(frozen=True, slots=True)
class Uploaded:
    """A file that a tenant has sent."""

    folder: str
    file: str  # its content's name, and its kind's suffix
    stored: StoredObject


@dataclass(frozen=True, slots=True)
class OwnUploads:
    """Where they are."""

    blobs: Blobs
    films_bucket: str

    def page(self, tenant: str, after: str, most: int) -> tuple[tuple[Uploaded, ...], str | None] | None:
        """Return files from a place on, and where the next page begins (None on the last); None for no place of ours.

        Raises FilesUnreachable.
        """
        folder, _, last = (after or f"{next(iter(UPLOADED))}/").partition("/")
        if folder not in UPLOADED or (last and not _UPLOADED_FILE.fullmatch(last)):
            return None
        names = list(UPLOADED)
        for each in names[names.index(folder) :]:
            found = self.blobs.page(self._uri(tenant, each), most, last)
            last, files = "", [(one.uri.rpartition("/")[2], one) for one in found]
            if len(found) == most:
                following: str | None = f"{each}/{files[-1][0]}"
            else:
                following = next((f"{name}/" for name in names[names.index(each) + 1 :]), None)
            told = tuple(Uploaded(each, name, one) for name, one in files if not name.endswith(_FOUND_OF_IT))
            if told or following is None or len(found) == most:
                return told, following
        return None

    def link(self, tenant: str, folder: str, file: str) -> str:
        """Return a link to a file that lives for minutes. Raises Problem, FilesUnreachable."""
        if folder not in UPLOADED or not _UPLOADED_FILE.fullmatch(file) or file.endswith(_FOUND_OF_IT):
            raise not_found("upload")
        uri = f"{self._uri(tenant, folder)}{file}"
        try:
            self.blobs.stat(uri)
        except NoFile as gone:
            raise not_found("upload") from gone
        return self.blobs.link(uri, file)

    def _uri(self, tenant: str, folder: str) -> str:
        return f"gs://{self.films_bucket}/{folder}/{tenant}/"
