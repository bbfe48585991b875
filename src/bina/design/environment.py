"""The Jinja2 environment: what every template may call."""

from collections.abc import Callable
from functools import cache, lru_cache
from typing import Any
from uuid import UUID

import jinja2
from django.conf import settings
from django.contrib.messages import get_messages
from django.templatetags.static import static
from django.urls import reverse
from django.utils import translation
from django.utils.html import format_html
from django.utils.safestring import SafeString
from markupsafe import Markup

from bina.design import formats, level_pictures, pictures
from bina.design.forms import csrf_field, csrf_token_of
from bina.design.frames import frame
from bina.design.navigation import places_for

# A page names a hundred texts and thirty addresses. Both depend on nothing but their arguments (and the language), so
# they are looked up once; the bounds hold every text, and the addresses of the things that are looked at now.


@lru_cache(maxsize=20_000)
def _known_url(name: str, *args: Any, **kwargs: Any) -> str:
    return reverse(name, args=args, kwargs=kwargs)


@cache
def _pattern(name: str, keys: tuple[str, ...]) -> tuple[str, dict[str, str]]:
    """An address with a stand-in for each identity; lists name thirty of a kind, and every one is new."""
    stand_ins = {key: UUID(int=number + 1) for number, key in enumerate(keys)}
    return reverse(name, kwargs=stand_ins), {key: str(value) for key, value in stand_ins.items()}


def _url(name: str, *args: Any, **kwargs: Any) -> str:
    if kwargs and not args and all(type(value) is UUID for value in kwargs.values()):
        address, stand_ins = _pattern(name, tuple(kwargs))
        for key, value in kwargs.items():
            address = address.replace(stand_ins[key], str(value))
        return address
    return _known_url(name, *args, **kwargs)


def _filled(text: str, variables: dict[str, Any]) -> Markup:
    """Our own sentences are trusted mark-up; what is filled in is escaped. Without variables a percent sign is just that."""
    return Markup(text) % variables if variables else Markup(text)  # noqa: S704  the text comes from our catalogue


@cache
def _words_in(language: str | None) -> Callable[..., Markup]:
    """The texts of one language; it keeps them for good, so it asks in that language whichever is active then."""
    known: dict[str, Markup] = {}

    def words(message: str, **variables: Any) -> Markup:
        text = known.get(message)
        if text is None:
            with translation.override(language):
                text = known[message] = Markup(translation.gettext(message))  # noqa: S704  our catalogue
        return text % variables if variables else text

    return words


def _gettext(message: str, **variables: Any) -> Markup:
    return _words_in(translation.get_language())(message, **variables)


def words_of_request(request: Any) -> dict[str, Any]:
    """A context processor: ``_`` for the language of the whole page, so that not every text has to ask which it is."""
    return {"_": _words_in(translation.get_language())}


def _ngettext(singular: str, plural: str, n: int, **variables: Any) -> Markup:
    return _filled(translation.ngettext(singular, plural, n), {"num": n, **variables})


def _pgettext(context: str, message: str, **variables: Any) -> Markup:
    return _filled(translation.pgettext(context, message), variables)


@cache
def icon(name: str, classes: str = "size-5") -> SafeString:
    """A Lucide icon from the sprite; always decoration, never the only carrier of meaning."""
    return format_html(
        '<svg class="icon {}" aria-hidden="true"><use href="{}#{}"></use></svg>',
        classes,
        static("bina/icons.svg"),
        name,
    )


def environment(**options: Any) -> jinja2.Environment:
    """Build the environment from Django's options."""
    env = jinja2.Environment(**{**options, "undefined": jinja2.StrictUndefined, "autoescape": True})  # noqa: S701  set in the dict
    env.globals.update(_=_gettext, gettext=_gettext, ngettext=_ngettext, pgettext=_pgettext)
    env.globals.update(
        static=cache(static),
        url=_url,
        icon=icon,
        csrf_field=csrf_field,
        frame=frame,
        csrf_token_of=csrf_token_of,
        places_for=places_for,
        get_messages=get_messages,
        get_language=translation.get_language,
        level_track=pictures.level_track,
        level_status=pictures.level_status,
        standard_row=level_pictures.standard_row,
        site_name=settings.SITE_NAME,
        is_demo=settings.DEMO,
        languages=settings.LANGUAGES,
        all_zones=formats.all_zones,
    )
    env.filters.update(
        number=formats.number,
        percent=formats.percent,
        rupiah=formats.rupiah,
        file_size=formats.file_size,
        date=formats.date,
        short_date=formats.short_date,
        moment=formats.moment,
        time_of_day=formats.time_of_day,
        duration=formats.duration,
        level_place=pictures.scale_position,
    )
    return env
