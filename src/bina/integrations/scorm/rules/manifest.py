"""Reading ``imsmanifest.xml``: what can be started in a package, in which order, and every fault with its line.

Sources: SCORM 1.2 Content Aggregation Model (2001), SCORM 2004 4th Edition CAM 1.1 (2009).
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element

from django.utils.translation import gettext as _

from bina.assessment.rules.exchange.trees import first, local_name, named, read_tree
from bina.foundation.errors import Refused
from bina.integrations.packages.rules import Archive, line_of, resolved
from bina.integrations.scorm.rules.sequencing import LEFT_OUT, Move, read_order

MANIFEST = "imsmanifest.xml"
MOST_SCOS = 300
Note = Callable[[str, int | None], None]


@dataclass(frozen=True, slots=True)
class Sco:
    """Something that can be started: a SCO, or an asset, which never reports anything. ``needs`` are those that come first."""

    identifier: str
    title: str
    section: str
    launch: str
    query: str = ""
    mastery: float | None = None
    launch_data: str = ""
    is_asset: bool = False
    max_time: str = ""
    time_action: str = ""
    needs: tuple[str, ...] = ()
    least: tuple[tuple[str, int], ...] = ()
    covers: tuple[int, tuple[str, ...]] = (0, ())
    is_required: bool = True
    attempts: int = 0
    closes: str = ""
    after: tuple[Move, ...] = ()


@dataclass(slots=True)
class Manifest:
    """What a package holds. ``standard`` is 1.2 or 2004; ``left_out`` names rules of order that no course carries out."""

    standard: str
    title: str = ""
    version: str = ""
    scos: list[Sco] = field(default_factory=list)
    left_out: tuple[str, ...] = ()


def read_manifest(archive: Archive, *, error: Note, warn: Note) -> Manifest | None:
    """Read the manifest of a package, noting every fault; None when it cannot be read at all."""
    if MANIFEST not in archive:
        error(_("Paket SCORM harus memuat imsmanifest.xml di tingkat teratas."), None)
        return None
    content = archive.read(MANIFEST)
    try:
        root = read_tree(content)
    except Refused as refusal:
        error(str(refusal), None)
        return None
    if archive.around:
        warn(_("Isi paket berada di dalam satu folder tambahan; Bina membacanya apa adanya."), None)
    standard = _standard(root, content, error)
    organization = _organization(root)
    found = Manifest(standard or "1.2", version=(root.get("version") or "")[:40])
    resources = {one.get("identifier", ""): one for one in named(root, "resource")}
    bases = _base(root) + "".join(_base(one) for one in named(root, "resources"))
    if organization is None:
        error(
            _("Manifes tidak memuat susunan (organization) yang dapat dijalankan."), line_of(content, "<organizations")
        )
        return found
    found.title = _words(organization, "title") or _words(root, "title")
    reader = _Items(content, archive, resources, bases, found, error)
    for item in _children(organization, "item"):
        reader.read(item, found.title, depth=1)
    if not found.scos:
        error(
            _("Tidak ada satu pun bagian yang dapat dijalankan di dalam paket ini."), line_of(content, "<organization")
        )
    _put_in_order(root, organization, found)
    _warn_of_missing(archive, resources, bases, content, warn)
    return found


def is_scorm(archive: Archive) -> bool:
    """Whether a manifest speaks of SCORM, or at least of nothing else that is known."""
    head = archive.read(MANIFEST)[:6000].lower()
    return b"adlcp" in head or b"adl scorm" in head or b"imsccv1p" not in head


def _standard(root: Element, content: bytes, error: Note) -> str | None:
    stated = next((_text(one) for one in named(root, "schemaversion")), "")
    if stated == "1.2":
        return "1.2"
    if "2004" in stated or stated.upper().startswith("CAM 1.3"):
        return "2004"
    if not stated:
        return "2004" if b"imscp_v1p1" in content[:5000] or b"adlcp_v1p3" in content[:5000] else "1.2"
    error(
        _("Versi “%(version)s” bukan SCORM 1.2 atau SCORM 2004.") % {"version": stated[:40]}, line_of(content, stated)
    )
    return None


def _organization(root: Element) -> Element | None:
    organizations = first(root, "organizations")
    if organizations is None:
        return None
    known = _children(organizations, "organization")
    wanted = organizations.get("default")
    return next((one for one in known if one.get("identifier") == wanted), known[0] if known else None)


class _Items:
    """Walks the tree of items and collects what can be started."""

    def __init__(
        self, content: bytes, archive: Archive, resources: dict[str, Element], base: str, found: Manifest, error: Note
    ) -> None:
        self._content, self._archive, self._resources = content, archive, resources
        self._base, self._found, self._error = base, found, error

    def read(self, item: Element, section: str, *, depth: int) -> None:
        """One item: what it starts, and then what lies below it."""
        title = _words(item, "title") or item.get("identifier", "")
        reference = item.get("identifierref")
        if reference and item.get("isvisible", "true") != "false":
            self._start(item, reference, title, section)
        for child in _children(item, "item"):
            self.read(child, title or section, depth=depth + 1)

    def _start(self, item: Element, reference: str, title: str, section: str) -> None:
        identifier = item.get("identifier", "")
        line = line_of(self._content, f'identifier="{identifier}"', f"identifier='{identifier}'")
        resource = self._resources.get(reference)
        if resource is None:
            self._error(
                _("Bagian “%(title)s” menunjuk sumber “%(reference)s” yang tidak ada.")
                % {"title": title[:80], "reference": reference[:80]},
                line,
            )
            return
        href = resource.get("href", "")
        name = resolved(self._base + _base(resource), href) if href else None
        if not name or name not in self._archive:
            self._error(
                _("Bagian “%(title)s” memulai “%(href)s”, yang tidak ada di dalam paket.")
                % {"title": title[:80], "href": (href or "?")[:120]},
                line_of(self._content, f'href="{href}"') if href else line,
            )
            return
        if len(self._found.scos) == MOST_SCOS:
            self._error(_("Paket memuat lebih dari %(most)s bagian.") % {"most": MOST_SCOS}, line)
        if len(self._found.scos) >= MOST_SCOS:
            return
        kind = next((value for key, value in resource.attrib.items() if key.lower().endswith("scormtype")), "sco")
        self._found.scos.append(
            Sco(
                identifier=identifier or f"bagian-{len(self._found.scos) + 1}",
                title=title or name,
                section=section or title,
                launch=name,
                query=_query(href, item.get("parameters", "")),
                mastery=_mastery(item),
                max_time=_max_time(item),
                time_action=(_words(item, "timelimitaction") or _words(item, "timeLimitAction"))[:40],
                launch_data=(_words(item, "datafromlms") or _words(item, "dataFromLMS"))[:4000],
                is_asset=kind.lower() == "asset",
            )
        )


def _query(href: str, parameters: str) -> str:
    """What stands behind the name: the query of the reference with the parameters of the item (CAM 3.4.1.2)."""
    parts = urlsplit(href)
    query = f"?{parts.query}" if parts.query else ""
    fragment = f"#{parts.fragment}" if parts.fragment else ""
    added = parameters.strip()
    if added.startswith("#"):
        return query + (fragment or added)
    added = added.lstrip("?&")
    return (f"{query}&{added}" if query else f"?{added}") + fragment if added else query + fragment


def _mastery(item: Element) -> float | None:
    """The share (0 to 1) from which an item counts as passed: masteryscore (1.2) or the primary objective's measure."""
    value = _words(item, "masteryscore")
    if value:
        number = _number(value)
        return None if number is None else min(1.0, max(0.0, number / 100))
    sequencing = next(iter(_children(item, "sequencing")), None)
    primary = first(sequencing, "primaryObjective") if sequencing is not None else None
    if primary is None or primary.get("satisfiedByMeasure", "false").lower() not in {"true", "1"}:
        return None
    number = _number(_words(primary, "minNormalizedMeasure") or "1")
    return None if number is None else min(1.0, max(0.0, number))


def _max_time(item: Element) -> str:
    """How long one attempt may take, as the package writes it: maxtimeallowed (1.2) or the limit of its sequencing."""
    limits = next((one for child in _children(item, "sequencing") for one in named(child, "limitConditions")), None)
    return (
        _words(item, "maxtimeallowed") or (limits.get("attemptAbsoluteDurationLimit", "") if limits is not None else "")
    )[:40]


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if number == number and abs(number) < 1e9 else None


def _put_in_order(root: Element, organization: Element, found: Manifest) -> None:
    """Let parts wait for each other as the package asks; when none of them counted, all of them do."""
    order = read_order(
        root, organization, [sco.identifier for sco in found.scos], {sco.identifier: sco.mastery for sco in found.scos}
    )
    none_counts = all(sco.identifier in order.optional for sco in found.scos)
    found.scos = [
        replace(
            sco,
            needs=order.needs.get(sco.identifier, ()),
            least=tuple((before, score) for (name, before), score in order.least.items() if name == sco.identifier),
            covers=order.covers.get(sco.identifier, (0, ())),
            is_required=none_counts or sco.identifier not in order.optional,
            attempts=order.attempts.get(sco.identifier, 0),
            closes=order.closes.get(sco.identifier, ""),
            after=order.after.get(sco.identifier, ()),
        )
        for sco in found.scos
    ]
    found.left_out = tuple(str(LEFT_OUT[name]) for name in order.left_out)


def _warn_of_missing(archive: Archive, resources: dict[str, Element], base: str, content: bytes, warn: Note) -> None:
    missing = []
    for resource in resources.values():
        for file in named(resource, "file"):
            href = file.get("href", "")
            name = resolved(base + _base(resource), href)
            if href and not urlsplit(href).scheme and (name is None or name not in archive):
                missing.append(href)
    for href in missing[:20]:
        warn(_("Berkas “%(name)s” disebut di manifes, tetapi tidak ada di dalam paket.") % {"name": href[:120]},
             line_of(content, f'href="{href}"'))  # fmt: skip
    if len(missing) > 20:
        warn(_("Masih ada %(n)s berkas lain yang disebut tetapi tidak ada.") % {"n": len(missing) - 20}, None)


def _base(element: Element) -> str:
    return element.get("{http://www.w3.org/XML/1998/namespace}base", "")


def _children(element: Element, name: str) -> list[Element]:
    return [child for child in element if local_name(child) == name]


def _words(element: Element, name: str) -> str:
    return next((_text(child) for child in element if local_name(child) == name), "")


def _text(element: Element) -> str:
    return " ".join("".join(element.itertext()).split())
