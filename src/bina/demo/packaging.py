"""Packages of the demo, kept as folders so that they can be read, and packed when a course needs them."""

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path

PACKAGES = Path(__file__).resolve().parent / "data" / "packages"


def files_of(name: str) -> dict[str, bytes]:
    """The files of a package by their names in it, e.g. those of ``benar-salah``."""
    folder = PACKAGES / name
    found = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}


def packed(files: Mapping[str, bytes]) -> bytes:
    """Files as an archive that is the same byte for byte whenever it is made."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(files):
            archive.writestr(zipfile.ZipInfo(name), files[name], zipfile.ZIP_DEFLATED)
    return stream.getvalue()
