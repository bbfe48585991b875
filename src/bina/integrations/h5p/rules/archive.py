"""Reading an ``.h5p`` archive: the content, the libraries it needs, and every fault in a sentence with its file.

Sources: the H5P file format (h5p.json, library.json, content/content.json) as published by H5P Group, and what
h5p-standalone loads: libraries named in h5p.json and what those need to be loaded before them.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from bina.foundation.errors import Refused
from bina.integrations.packages.rules import Archive, resolved

MARK, CONTENT = "h5p.json", "content/content.json"
# The release of H5P's core that the player carries; a library may ask for a newer one.
CORE = (1, 28)
MOST_LIBRARIES = 400
MOST_NAMED = 12
LARGEST_CONTENT = 20_000_000
# What H5P itself lets into a content; whatever could be run is missing on purpose.
MEDIA = frozenset({
    "json", "png", "jpg", "jpeg", "gif", "bmp", "tif", "tiff", "svg", "webp", "eot", "ttf", "woff", "woff2", "otf", "webm",
    "mp4", "m4v", "ogg", "ogv", "oga", "mp3", "m4a", "wav", "txt", "pdf", "rtf", "doc", "docx", "xls", "xlsx", "ppt", "pptx",
    "odt", "ods", "odp", "csv", "diff", "patch", "md", "textile", "vtt", "webvtt", "srt", "gltf", "glb", "xml",
})  # fmt: skip
IN_LIBRARIES = MEDIA | {"js", "css"}
# Pages and programs that no browser should get from a content, wherever they lie in the archive.
PROGRAMS = frozenset({
    "html", "htm", "xhtml", "xht", "shtml", "mhtml", "php", "php3", "php4", "php5", "phtml", "phar", "asp", "aspx", "jsp",
    "cgi", "pl", "py", "rb", "sh", "bash", "bat", "cmd", "com", "exe", "msi", "dll", "so", "jar", "class", "swf", "wasm",
    "mjs", "cjs", "hta", "vbs", "ps1", "htaccess",
})  # fmt: skip
# Words of a main library's scripts by which H5P contents say how somebody did.
REPORTING = (b"setScoredResult", b"triggerXAPIScored", b"triggerXAPICompleted")
# “U” is what H5P writes where nobody said under which terms a content may be used.
NOT_STATED = frozenset({"", "U"})
Note = Callable[[str, str], None]


@dataclass(frozen=True, slots=True)
class Library:
    """One library of an archive, in the folder where it lies."""

    name: str
    folder: str
    title: str
    version: str
    needs: tuple[str, ...]
    wishes: tuple[str, ...]
    scripts: tuple[str, ...]


@dataclass(slots=True)
class Content:
    """What an archive holds. ``reports`` says whether its main library ever tells of an end or a score."""

    title: str = ""
    language: str = ""
    licence: str = ""
    authors: tuple[str, ...] = ()
    main: Library | None = None
    libraries: dict[str, Library] = field(default_factory=dict)
    reports: bool = False


def hands_out(name: str) -> bool:
    """Whether a file of an archive is answered to the frame: media anywhere, scripts and styles of libraries only."""
    place = PurePosixPath(name)
    known = MEDIA if len(place.parts) < 2 or place.parts[0] == "content" else IN_LIBRARIES
    return place.suffix.lower().lstrip(".") in known


def read_content(archive: Archive, *, error: Note, warn: Note) -> Content | None:
    """Read an archive, noting every fault with the file it stands in; None when nothing of it can be understood."""
    return _Reader(archive, error, warn).read()


class _Reader:
    """Walks from h5p.json through the libraries to the content."""

    def __init__(self, archive: Archive, error: Note, warn: Note) -> None:
        self._archive, self._error, self._warn = archive, error, warn
        self._has_versions = True
        self._found = Content()

    def read(self) -> Content | None:
        head = self._object(MARK)
        if head is None:
            return None
        found = self._found
        if self._archive.around:
            self._warn(_("Isi paket berada di dalam satu folder tambahan; Bina membacanya apa adanya."), "")
        found.title = _text(head.get("title")) or _text(head.get("extraTitle"))
        found.language = _text(head.get("defaultLanguage") or head.get("language"))[:20]
        found.licence = " ".join(
            part for part in (_text(head.get("license")), _text(head.get("licenseVersion"))) if part not in NOT_STATED
        )
        authors = head.get("authors")
        found.authors = tuple(
            name for row in (authors if isinstance(authors, list) else [])[:20]
            if isinstance(row, Mapping) and (name := _text(row.get("name")))
        )  # fmt: skip
        self._check_files()
        self._read_libraries(head)
        self._read_words_of_content()
        return found

    def _object(self, name: str, limit: int = LARGEST_CONTENT) -> dict[str, Any] | None:
        """A JSON object of the archive, or None with the fault noted."""
        if name not in self._archive:
            self._error(_("Berkas %(name)s tidak ada di dalam paket.") % {"name": name}, name)
            return None
        try:
            value = json.loads(self._archive.read(name, limit).decode("utf-8-sig"))
        except Refused as refusal:
            self._error(str(refusal), name)
            return None
        except (ValueError, RecursionError):
            self._error(_("Berkas ini bukan JSON yang dapat dibaca. Ekspor ulang dari alat penyusunnya."), name)
            return None
        if not isinstance(value, dict):
            self._error(_("Berkas ini harus memuat satu objek JSON."), name)
            return None
        return value

    def _check_files(self) -> None:
        """Programs anywhere, and scripts outside of libraries, stop the import; what is not known is only never handed out."""
        homes = {
            name.split("/")[0]
            for name in self._archive.names
            if name.count("/") == 1 and name.endswith("/library.json")
        }
        odd, programs = [], []
        for name in sorted(self._archive.names):
            place = PurePosixPath(name)
            ending = (place.suffix or place.name).lower().lstrip(".")
            if any(part.startswith((".", "__MACOSX")) for part in place.parts) and ending not in PROGRAMS:
                continue
            if ending in PROGRAMS:
                programs.append(name)
            elif ending in {"js", "css"} and (len(place.parts) < 2 or place.parts[0] not in homes):
                odd.append(name)
        self._name_each(
            programs, _("Jenis berkas ini tidak boleh ada di dalam paket H5P: ia dapat dijalankan. Hapus, lalu unggah lagi."),
            _("Masih ada %(n)s berkas lain yang dapat dijalankan."),
        )  # fmt: skip
        self._name_each(
            odd, _("Skrip atau gaya hanya boleh berada di folder pustaka yang memiliki library.json."),
            _("Masih ada %(n)s skrip lain di luar folder pustaka."),
        )  # fmt: skip

    def _name_each(self, names: list[str], sentence: str, rest: str) -> None:
        for name in names[:MOST_NAMED]:
            self._error(sentence, name)
        if len(names) > MOST_NAMED:
            self._error(rest % {"n": len(names) - MOST_NAMED}, "")

    def _read_libraries(self, head: Mapping[str, Any]) -> None:
        wanted = _libraries_in(head.get("preloadedDependencies"))
        main = _text(head.get("mainLibrary"))
        if not main or not wanted:
            self._error(_("Paket tidak menyebut jenis kontennya (mainLibrary) dan pustaka yang diperlukan."), MARK)
            return
        chosen = next((one for one in wanted if one.rpartition(" ")[0] == main), None)
        if chosen is None:
            self._error(
                _("Jenis konten “%(name)s” tidak termasuk pustaka yang disebut paket (preloadedDependencies).")
                % {"name": main[:80]}, MARK,
            )  # fmt: skip
            return
        # The player looks at the first library to learn how the folders are named.
        self._has_versions = f"{_folder(wanted[0], with_version=True)}/library.json" in self._archive
        self._collect(wanted)
        found = self._found
        found.main = found.libraries.get(chosen)
        self._check_circles()
        for one in (name for name in _libraries_in(head.get("dynamicDependencies")) if name not in found.libraries):
            self._warn(
                _("Pustaka %(name)s dimuat belakangan oleh paket ini; Bina tidak memuatnya.") % {"name": one}, MARK
            )
        if found.main is not None:
            found.reports = any(self._mentions(f"{found.main.folder}/{path}") for path in found.main.scripts)

    def _collect(self, wanted: list[str]) -> None:
        """Every library that is needed, breadth first; each missing one is named once, with who needs it."""
        waiting: list[tuple[str, str]] = [(name, "") for name in wanted]
        seen: set[str] = set()
        while waiting:
            name, asker = waiting.pop(0)
            if name in seen:
                continue
            seen.add(name)
            if len(seen) > MOST_LIBRARIES:
                self._error(_("Paket memerlukan lebih dari %(most)s pustaka.") % {"most": MOST_LIBRARIES}, MARK)
                return
            library = self._library(name, asker)
            if library is not None:
                self._found.libraries[name] = library
                waiting += [(need, name) for need in library.needs]
        for library in self._found.libraries.values():
            for name in library.wishes:
                if name not in self._found.libraries:
                    self._warn(
                        _("Pustaka %(asker)s dapat memakai %(name)s, yang tidak dimuat bersama paket ini.")
                        % {"asker": library.title, "name": name}, f"{library.folder}/library.json",
                    )  # fmt: skip

    def _library(self, name: str, asker: str) -> Library | None:
        folder = _folder(name, with_version=self._has_versions)
        place = f"{folder}/library.json"
        if place not in self._archive:
            self._error(
                _("Pustaka %(name)s tidak ada di dalam paket, padahal diperlukan oleh %(asker)s. Ekspor ulang kontennya "
                  "beserta semua pustakanya.") % {"name": name, "asker": asker or MARK}, place,
            )  # fmt: skip
            return None
        data = self._object(place, 1_000_000)
        if data is None:
            return None
        core = data.get("coreApi")
        asked = (
            (_whole(core.get("majorVersion")), _whole(core.get("minorVersion")))
            if isinstance(core, Mapping)
            else (0, 0)
        )
        if asked > CORE:
            self._warn(
                _("Pustaka %(name)s meminta inti H5P %(asked)s; yang ada %(known)s. Coba dahulu lewat pratinjau.")
                % {"name": name, "asked": f"{asked[0]}.{asked[1]}", "known": f"{CORE[0]}.{CORE[1]}"}, place,
            )  # fmt: skip
        if data.get("machineName") != name.rpartition(" ")[0]:
            self._error(_("Folder ini memuat pustaka lain daripada namanya."), place)
            return None
        scripts = _paths_in(data.get("preloadedJs"))
        for path in (*scripts, *_paths_in(data.get("preloadedCss"))):
            target = resolved(folder, path)
            if target is None or not target.startswith(f"{folder}/") or target not in self._archive:
                self._error(
                    _("Pustaka %(name)s memuat berkas “%(path)s”, yang tidak ada di dalamnya.")
                    % {"name": name, "path": path[:120]}, place,
                )  # fmt: skip
            elif not hands_out(target):
                self._error(
                    _("Pustaka %(name)s memuat “%(path)s”, yang bukan skrip atau gaya.")
                    % {"name": name, "path": path[:120]},
                    place,
                )
        version = f"{name.rpartition(' ')[2]}.{_whole(data.get('patchVersion'))}"
        return Library(
            name, folder, _text(data.get("title")) or name, version, tuple(_libraries_in(data.get("preloadedDependencies"))),
            tuple(_libraries_in(data.get("dynamicDependencies"))), tuple(scripts),
        )  # fmt: skip

    def _check_circles(self) -> None:
        """Libraries that need each other in a circle cannot be put in an order; the player would stop."""
        libraries, done = self._found.libraries, set[str]()
        for start in libraries:
            path: list[str] = []
            waiting: list[tuple[str, bool]] = [(start, False)]
            while waiting:
                name, is_left = waiting.pop()
                if is_left:
                    done.add(path.pop())
                elif name in path:
                    circle = " → ".join([*path[path.index(name) :], name])
                    self._error(
                        _("Pustaka saling memerlukan dalam lingkaran: %(circle)s.") % {"circle": circle[:300]}, MARK
                    )
                    return
                elif name not in done and name in libraries:
                    path.append(name)
                    waiting.append((name, True))
                    waiting += [(need, False) for need in libraries[name].needs]

    def _mentions(self, name: str) -> bool:
        try:
            text = self._archive.read(name) if name in self._archive else b""
        except Refused:
            return True  # too large to be looked through; such a library is no simple text
        return any(word in text for word in REPORTING)

    def _read_words_of_content(self) -> None:
        """Files and libraries that the content names: what is not there, and what lies outside, is told beforehand."""
        data = self._object(CONTENT)
        if data is None:
            return
        missing, outside, unnamed = set[str](), set[str](), set[str]()
        for key, value in _texts_in(data):
            if key == "path":
                name = value.removesuffix("#tmp")
                if urlsplit(name).scheme in {"http", "https"} or name.startswith("//"):
                    outside.add(name)
                elif (target := resolved("content", name)) is None or target not in self._archive:
                    missing.add(name)
            elif key == "library" and _is_library(value) and value not in self._found.libraries:
                unnamed.add(value)
        for name in sorted(unnamed)[:MOST_NAMED]:
            self._error(
                _("Konten memakai pustaka %(name)s, yang tidak disebut di h5p.json atau tidak ikut di dalam paket.")
                % {"name": name}, CONTENT,
            )  # fmt: skip
        for name in sorted(missing)[:MOST_NAMED]:
            self._warn(
                _("Konten menyebut berkas “%(name)s”, yang tidak ada di dalam paket.") % {"name": name[:120]}, CONTENT
            )
        for name in sorted(outside)[:MOST_NAMED]:
            self._warn(
                _("Konten memuat “%(name)s” dari internet. Bingkai tertutup tidak memuatnya; sertakan berkasnya di dalam paket.")
                % {"name": name[:120]}, CONTENT,
            )  # fmt: skip


def _texts_in(data: object) -> Iterator[tuple[str, str]]:
    """Every text of a JSON value with the name under which it stands; as deep as it goes."""
    waiting: list[object] = [data]
    while waiting:
        value = waiting.pop()
        if isinstance(value, Mapping):
            for key, inner in value.items():
                if isinstance(inner, str):
                    yield str(key), inner
                else:
                    waiting.append(inner)
        elif isinstance(value, list):
            waiting += value


def _is_library(text: str) -> bool:
    name, _space, version = text.rpartition(" ")
    parts = version.split(".")
    return bool(name) and " " not in name and len(parts) == 2 and all(part.isdigit() for part in parts)


def _libraries_in(rows: object) -> list[str]:
    """Libraries as ``H5P.Question 1.5``; rows that name none are left out."""
    return [
        f"{_text(row['machineName'])} {_whole(row.get('majorVersion'))}.{_whole(row.get('minorVersion'))}"
        for row in (rows if isinstance(rows, list) else [])
        if isinstance(row, Mapping) and _text(row.get("machineName"))
    ]


def _paths_in(rows: object) -> list[str]:
    return [
        row["path"] for row in (rows if isinstance(rows, list) else [])
        if isinstance(row, Mapping) and isinstance(row.get("path"), str)
    ]  # fmt: skip


def _folder(name: str, *, with_version: bool) -> str:
    machine, _space, version = name.rpartition(" ")
    return f"{machine}-{version}" if with_version else machine


def _text(value: object) -> str:
    return " ".join(value.split())[:300] if isinstance(value, str) else ""


def _whole(value: object) -> int:
    if isinstance(value, str) and value.isdecimal() and len(value) < 6:
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 100_000 else 0
