"""The small values of which statements are made: identifiers, addresses, moments, durations, languages."""

import datetime as dt
import re
from functools import lru_cache
from typing import Any

from django.utils.translation import gettext as _

Json = dict[str, Any]


class Invalid(ValueError):
    """Something sent breaks the specification; ``str(error)`` says where and what. Nothing was stored."""

    def __init__(self, where: str, sentence: str) -> None:
        self.where = where
        super().__init__(f"{where}: {sentence}" if where else sentence)


_IRI = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:[^\s<>\"{}|\\^`\x00-\x20]+").fullmatch
_UUID = re.compile(r"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}").fullmatch
_MAILBOX = re.compile(r"mailto:[^\s@<>]+@[^\s@<>]+", re.IGNORECASE).fullmatch
_SHA1 = re.compile(r"[0-9a-fA-F]{40}").fullmatch
_SHA2 = re.compile(r"[0-9a-fA-F]{56}|[0-9a-fA-F]{64}|[0-9a-fA-F]{96}|[0-9a-fA-F]{128}").fullmatch
_MEDIA_TYPE = re.compile(r"[\w!#$&^.+\-]+/[\w!#$&^.+\-]+(\s*;.*)?", re.ASCII).fullmatch
# ISO 8601 with a date; what may follow is checked by making a moment of it.
_MOMENT = re.compile(
    r"(\d{4})-?(\d\d)-?(\d\d)(?:[T ](\d\d)(?::?(\d\d)(?::?(\d\d)(?:[.,](\d+))?)?)?(Z|z|[+\-]\d\d(?::?\d\d)?)?)?",
    re.ASCII,
).fullmatch
_DURATION = re.compile(
    r"P(?:\d+(?:[.,]\d+)?W|(?=[\dT])(?:\d+(?:[.,]\d+)?Y)?(?:\d+(?:[.,]\d+)?M)?(?:\d+(?:[.,]\d+)?D)?"
    r"(?:T(?=\d)(?:\d+(?:[.,]\d+)?H)?(?:\d+(?:[.,]\d+)?M)?(?:\d+(?:[.,]\d+)?S)?)?)",
    re.ASCII,
).fullmatch
_LANGUAGE = re.compile(
    r"(?:[A-Za-z]{2,3}(?:-[A-Za-z]{3}){0,3}|[A-Za-z]{4}|[A-Za-z]{5,8})(?:-[A-Za-z]{4})?(?:-(?:[A-Za-z]{2}|\d{3}))?"
    r"(?:-(?:[A-Za-z0-9]{5,8}|\d[A-Za-z0-9]{3}))*(?:-[A-WY-Za-wy-z0-9](?:-[A-Za-z0-9]{2,8})+)*(?:-[xX](?:-[A-Za-z0-9]{1,8})+)?"
    r"|[xX](?:-[A-Za-z0-9]{1,8})+|[iI]-[A-Za-z]{2,8}",
    re.ASCII,
).fullmatch
NO_OFFSET = {"-00", "-0000", "-00:00"}
LONGEST_IRI = 2_000
# What is looked at again and again is short; longer texts are looked at each time, so that no cache holds megabytes.
LONGEST_KEPT = 300


@lru_cache(maxsize=65_536)
def _is_short_iri(text: str) -> bool:
    return _IRI(text) is not None


def is_iri(text: str) -> bool:
    """Whether a text is an absolute IRI (RFC 3987) of sensible length."""
    return _is_short_iri(text) if len(text) <= LONGEST_KEPT else len(text) <= LONGEST_IRI and _IRI(text) is not None


@lru_cache(maxsize=4_096)
def _is_short_language(text: str) -> bool:
    return _LANGUAGE(text) is not None


def is_language(text: str) -> bool:
    """Whether a text is a well-formed language tag (RFC 5646)."""
    return _is_short_language(text) if len(text) <= LONGEST_KEPT else _LANGUAGE(text) is not None


def is_media_type(text: str) -> bool:
    """Whether a text is an Internet media type such as ``text/plain; charset=utf-8``."""
    return _MEDIA_TYPE(text) is not None


def is_uuid(text: object) -> bool:
    """Whether a value is a UUID in its standard written form (RFC 4122)."""
    return type(text) is str and _UUID(text) is not None


def is_mailbox(text: str) -> bool:
    """Whether a text is ``mailto:`` with an address."""
    return _MAILBOX(text) is not None


def is_sha1(text: str) -> bool:
    """Whether a text is the hexadecimal SHA-1 of something."""
    return _SHA1(text) is not None


def is_sha2(text: str) -> bool:
    """Whether a text is the hexadecimal SHA-2 (224 to 512 bits) of something."""
    return _SHA2(text) is not None


def is_duration(text: str) -> bool:
    """Whether a text is a duration as ISO 8601 writes it, e.g. PT4H35M59.14S; weeks stand alone."""
    return _DURATION(text) is not None


def moment_of(text: object) -> dt.datetime | None:
    """The moment that an ISO 8601 text names, in UTC; without an offset UTC is meant. None for anything else.

    An offset of minus zero is refused (RFC 3339 uses it for "unknown").
    """
    if type(text) is not str:
        return None
    match = _MOMENT(text)
    if match is None:
        return None
    year, month, day, hour, minute, second, fraction, offset = match.groups()
    if offset in NO_OFFSET:
        return None
    leap = second == "60"
    try:
        moment = dt.datetime(
            int(year), int(month), int(day), int(hour or 0), int(minute or 0), 59 if leap else int(second or 0),
            int((fraction or "0")[:6].ljust(6, "0")), dt.UTC,
        )  # fmt: skip
        if offset and offset not in "Zz":
            digits = offset[1:].replace(":", "").ljust(4, "0")
            if int(digits[:2]) > 23 or int(digits[2:]) > 59:
                return None
            shift = dt.timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
            moment = moment - shift if offset[0] == "+" else moment + shift
        return moment + dt.timedelta(seconds=1) if leap else moment
    except (ValueError, OverflowError):
        return None


def written_moment(moment: dt.datetime) -> str:
    """A moment as the store writes it: UTC, to the microsecond, e.g. 2026-08-17T03:00:00.000000Z."""
    return moment.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def require_object(value: Any, where: str) -> Json:
    """The value when it is a JSON object; raises Invalid otherwise."""
    if type(value) is not dict:
        raise Invalid(where, _("harus berupa objek JSON."))
    return value


def require_text(value: Any, where: str) -> str:
    """The value when it is a text; raises Invalid otherwise."""
    if type(value) is not str:
        raise Invalid(where, _("harus berupa teks."))
    return value


def require_iri(value: Any, where: str) -> str:
    """The value when it is an absolute IRI; raises Invalid otherwise."""
    # The cache is asked at once for short ones, which nearly all are: this is asked a dozen times for each statement.
    if type(value) is not str or not (_is_short_iri(value) if len(value) <= LONGEST_KEPT else is_iri(value)):
        raise Invalid(where, _("harus berupa IRI lengkap dengan skemanya, misalnya https://contoh.go.id/hal."))
    return value


def require_uuid(value: Any, where: str) -> str:
    """The value when it is a UUID; raises Invalid otherwise."""
    if not is_uuid(value):
        raise Invalid(where, _("harus berupa UUID dalam bentuk bakunya."))
    return str(value)


def require_moment(value: Any, where: str) -> dt.datetime:
    """The moment that a text names; raises Invalid otherwise."""
    moment = moment_of(value)
    if moment is None:
        raise Invalid(
            where, _("harus berupa waktu ISO 8601 dengan tanggal yang ada, misalnya 2026-08-17T10:00:00+07:00.")
        )
    return moment


def require_keys(value: Json, allowed: frozenset[str], where: str) -> None:
    """Raise Invalid when an object carries a property that the specification does not know there."""
    if value.keys() <= allowed:
        return
    unknown = next(key for key in value if key not in allowed)
    raise Invalid(where, _("sifat “%(key)s” tidak dikenal di sini.") % {"key": unknown[:60]})


def require_language_map(value: Any, where: str) -> None:
    """Raise Invalid unless the value maps language tags to texts."""
    for tag, text in require_object(value, where).items():
        if not is_language(tag):
            raise Invalid(where, _("“%(tag)s” bukan kode bahasa RFC 5646.") % {"tag": tag[:60]})
        if type(text) is not str:
            raise Invalid(f"{where}.{tag}", _("harus berupa teks."))


def require_extensions(value: Any, where: str) -> None:
    """Raise Invalid unless the value is an object whose keys are IRIs; what stands behind them is free."""
    for key in require_object(value, where):
        if not is_iri(key):
            raise Invalid(where, _("kunci “%(key)s” harus berupa IRI lengkap.") % {"key": key[:60]})


def require_no_null(value: Any, where: str) -> None:
    """Raise Invalid when a null stands anywhere but inside extensions."""
    if type(value) is dict:
        for key, inner in value.items():
            if inner is None:
                raise Invalid(
                    f"{where}.{key}" if where else key, _("tidak boleh null; hapus sifat ini bila tidak diketahui.")
                )
            if key != "extensions" and (type(inner) is dict or type(inner) is list):
                require_no_null(inner, f"{where}.{key}" if where else key)
    else:
        for position, inner in enumerate(value):
            if inner is None:
                raise Invalid(f"{where}[{position}]", _("tidak boleh null."))
            if type(inner) is dict or type(inner) is list:
                require_no_null(inner, f"{where}[{position}]")
