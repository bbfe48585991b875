"""Looking through a course folder: files that are there, texts that can be read, and every problem with its place."""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import IO, Any, Protocol

from django.utils.translation import gettext as _

from bina.assessment.rules import StoredPicture
from bina.assessment.rules.instruments import Content
from bina.assessment.rules.pictures import CONTENT_TYPES, size_of
from bina.foundation.located_yaml import LocatedDict, YamlError, read_yaml
from bina.foundation.uploads import MEGABYTE, is_safe_svg, looks_like
from bina.learning.rules.captions import read_captions

LIMITS: dict[str, int] = {
    ".yaml": MEGABYTE, ".md": MEGABYTE // 2, ".svg": 2 * MEGABYTE, ".png": 5 * MEGABYTE, ".jpg": 5 * MEGABYTE,
    ".jpeg": 5 * MEGABYTE, ".webp": 5 * MEGABYTE, ".mp4": 4_096 * MEGABYTE, ".webm": 4_096 * MEGABYTE,
    ".vtt": MEGABYTE, ".csv": 20 * MEGABYTE, ".txt": 5 * MEGABYTE, ".pdf": 50 * MEGABYTE, ".xlsx": 20 * MEGABYTE,
    ".docx": 20 * MEGABYTE, ".mp3": 60 * MEGABYTE, ".m4a": 60 * MEGABYTE, ".ogg": 60 * MEGABYTE,
    ".zip": 2_048 * MEGABYTE, ".h5p": 200 * MEGABYTE,
}  # fmt: skip
IMAGES = frozenset({".svg", ".png", ".jpg", ".jpeg", ".webp"})
VIDEOS = frozenset({".mp4", ".webm"})
RECORDINGS = frozenset({".mp3", ".m4a", ".ogg"})
# Content that another room runs, e.g. a SCORM package or an H5P file; never handed out as a file to work with.
PACKAGES = frozenset({".zip", ".h5p"})
MEDIA = frozenset(LIMITS) - {".yaml", ".md"}
HEAVY = (
    dict.fromkeys(IMAGES, 600000)
    | dict.fromkeys(VIDEOS | PACKAGES, 25 * MEGABYTE)
    | dict.fromkeys(RECORDINGS, 15 * MEGABYTE)
)
LONGEST_NAME = 150


class CourseSource(Protocol):
    """Where the files of a folder come from: a zip, a directory, or stored files."""

    def names(self) -> list[str]:
        """Every file's name, relative to the folder, with slashes."""
        ...

    def size(self, name: str) -> int:
        """How many bytes a file has."""
        ...

    def open(self, name: str) -> IO[bytes]:
        """A file as a readable stream."""
        ...


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing an author should know: where (file, line, field) and what. Only errors stop an import."""

    sentence: str
    file: str = ""
    line: int | None = None
    field: str = ""
    is_error: bool = True

    def as_json(self) -> dict[str, Any]:
        """Plain data, to be kept with a version."""
        return {"sentence": self.sentence, "file": self.file, "line": self.line, "field": self.field}


@dataclass(frozen=True, slots=True)
class KnownInstrument:
    """A published questionnaire as a course takes it over: from then on it does not change with the instrument.

    ``version`` 0: questions that came with the course folder.
    """

    version: int
    intro: str
    intro_en: str
    content: Content


class FolderReader:
    """Reads the files of one folder and collects every problem instead of stopping at the first."""

    def __init__(
        self,
        source: CourseSource,
        *,
        competencies: Callable[[str], Mapping[str, int]],
        groups: Callable[[str], frozenset[str]],
        instruments: Callable[[str], KnownInstrument | None],
    ) -> None:
        """``competencies`` gives, for a framework's code, its competency codes with the number of levels; ``groups`` the codes
        that are known of “job_classes” and “provinces”; ``instruments`` a published questionnaire by its code."""
        self.source = source
        self.competencies = competencies
        self.groups = groups
        self.instruments = instruments
        self.sizes = {name: source.size(name) for name in source.names()}
        self.problems: list[Problem] = []
        self.used: set[str] = set()
        self.item_codes: dict[str, str] = {}
        self.item_pictures: dict[str, StoredPicture] = {}

    def error(self, sentence: str, file: str = "", line: int | None = None, field: str = "") -> None:
        """Note something that stops the import."""
        self.problems.append(Problem(sentence, file, line, field))

    def warn(self, sentence: str, file: str = "", line: int | None = None, field: str = "") -> None:
        """Note something that an author should consider."""
        self.problems.append(Problem(sentence, file, line, field, is_error=False))

    @property
    def has_errors(self) -> bool:
        """Whether anything stops the import."""
        return any(problem.is_error for problem in self.problems)

    def content(self, name: str) -> bytes:
        """The bytes of a small file that is known to be there."""
        with self.source.open(name) as stream:
            return stream.read(LIMITS[PurePosixPath(name).suffix.lower()] + 1)

    def text(self, name: str) -> str | None:
        """The words of a text file, or None when they cannot be read (noted as an error)."""
        self.used.add(name)
        if self.sizes[name] > LIMITS.get(PurePosixPath(name).suffix.lower(), 0):
            return None  # noted by check_files
        raw = self.content(name)
        try:
            return raw.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = raw[: error.start].count(b"\n") + 1
            self.error(_("Berkas ini bukan teks UTF-8. Simpan ulang dengan pilihan pengodean UTF-8."), name, line)
            return None

    def yaml(self, name: str) -> Any:
        """The content of a YAML file, or None (noted as an error)."""
        text = self.text(name)
        if text is None:
            return None
        try:
            return read_yaml(text)
        except YamlError as problem:
            self.error(str(problem), name, problem.line)
            return None

    def referred(self, entry: Mapping[str, Any], field: str, file: str, endings: Iterable[str]) -> str | None:
        """The file that a field names, when it is there and of an accepted kind; otherwise notes an error."""
        value = entry.get(field)
        line = entry.lines.get(field, entry.line) if isinstance(entry, LocatedDict) else None
        if not isinstance(value, str) or not value.strip():
            self.error(_("Isian “%(field)s” harus menyebut nama berkas.") % {"field": field}, file, line, field)
            return None
        name, accepted = value.strip(), sorted(endings)
        if name not in self.sizes:
            other = next((known for known in self.sizes if known.lower() == name.lower()), "")
            hint = _(" Yang ada “%(name)s”; huruf besar dan kecil dibedakan.") % {"name": other} if other else ""
            self.error(
                _("Berkas “%(name)s” tidak ada di dalam folder.") % {"name": name[:120]} + hint, file, line, field
            )
            return None
        self.used.add(name)
        if PurePosixPath(name).suffix.lower() not in accepted:
            self.error(
                _("Berkas “%(name)s” tidak dapat dipakai di sini. Jenis yang diterima: %(endings)s.")
                % {"name": name, "endings": ", ".join(accepted)},
                file, line, field,
            )  # fmt: skip
            return None
        return name


def folder_hash(digests: Mapping[str, str]) -> str:
    """One hash for a whole folder: the same files (SHA-256 by name) under the same names, whatever they came in."""
    lines = "".join(f"{name}\0{digest}\n" for name, digest in sorted(digests.items()))
    return hashlib.sha256(lines.encode()).hexdigest()


def is_clutter(name: str) -> bool:
    """Whether a file is what operating systems leave behind in folders and archives."""
    parts = PurePosixPath(name).parts
    return any(
        part.startswith((".", "__MACOSX", "~$")) or part.lower() in {"thumbs.db", "desktop.ini"} for part in parts
    )


def check_files(reader: FolderReader) -> None:
    """Check every file of a folder by name, size and content, whether the course uses it or not."""
    for name, size in sorted(reader.sizes.items()):
        path = PurePosixPath(name)
        ending = path.suffix.lower()
        if ending not in LIMITS:
            reader.error(
                _("Jenis berkas ini tidak diterima dalam kursus. Yang diterima: %(endings)s.")
                % {"endings": ", ".join(sorted(LIMITS))},
                name,
            )
            continue
        if len(name) > LONGEST_NAME:
            reader.error(
                _("Nama berkas terlalu panjang (paling banyak %(most)s huruf).") % {"most": LONGEST_NAME}, name
            )
        if ending in MEDIA and (len(path.parts) != 2 or path.parts[0] != "media"):
            reader.error(_("Berkas media harus berada langsung di folder “media”."), name)
        if not size:
            reader.error(_("Berkas ini kosong."), name)
            continue
        if size > LIMITS[ending]:
            reader.error(
                _("Berkas ini %(size)s MB; batas untuk %(ending)s %(limit)s MB.")
                % {"size": f"{size / MEGABYTE:.1f}".replace(".", ","), "ending": ending,
                   "limit": f"{LIMITS[ending] / MEGABYTE:g}".replace(".", ",")},
                name,
            )  # fmt: skip
            continue
        _check_content(reader, name, ending)
        if size > HEAVY.get(ending, size):
            reader.warn(
                _("Berkas ini %(size)s MB. Perkecil bila dapat: kebanyakan peserta memakai data seluler.")
                % {"size": f"{size / MEGABYTE:.1f}".replace(".", ",")},
                name,
            )


def _check_content(reader: FolderReader, name: str, ending: str) -> None:
    with reader.source.open(name) as stream:
        head = stream.read(2048)
    if not looks_like(ending, head):
        reader.error(_("Isi berkas ini tidak sesuai dengan akhiran namanya (%(ending)s).") % {"ending": ending}, name)
    elif ending == ".svg":
        drawing = reader.content(name)
        if not is_safe_svg(drawing):
            reader.error(
                _("Gambar SVG ini memuat skrip, rujukan ke luar, atau isi aktif lain. Simpan ulang sebagai SVG polos."),
                name,
            )
        elif b"<title" not in drawing.lower():
            reader.warn(_("Gambar SVG ini belum punya <title>, sehingga tidak terbaca oleh pembaca layar."), name)
    elif ending == ".vtt":
        text = reader.content(name).decode("utf-8", "replace")
        for fault in read_captions(text)[1]:
            reader.error(fault.sentence, name, fault.line)


def warn_of_unused(reader: FolderReader) -> None:
    """Name the files that nothing in the course refers to; they are kept for the export."""
    for name in sorted(set(reader.sizes) - reader.used):
        reader.warn(_("Berkas ini tidak dipakai oleh kegiatan mana pun."), name)


def image_dimensions(reader: FolderReader, name: str) -> tuple[int, int] | None:
    """Width and height of a drawing or a PNG, so that a page can keep room for it; None when they are not stated."""
    content_type = CONTENT_TYPES.get(PurePosixPath(name).suffix.lower(), "")
    if content_type == "image/png":
        with reader.source.open(name) as stream:
            return size_of(content_type, stream.read(24))
    return size_of(content_type, reader.content(name)) if content_type == "image/svg+xml" else None
