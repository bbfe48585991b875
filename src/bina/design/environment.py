"""The Jinja2 environment: what every template may call."""

from functools import cache, lru_cache
from typing import Any

import jinja2
from django.conf import settings
from django.contrib.messages import get_messages
from django.middleware.csrf import get_token
from django.templatetags.static import static
from django.urls import reverse
from django.utils import translation
from django.utils.html import format_html
from django.utils.safestring import SafeString
from markupsafe import Markup

from bina.design import formats
from bina.design.navigation import places_for

# A page names a hundred texts and thirty addresses. Both depend on nothing but their arguments (and the language), so
# they are looked up once; the bounds hold every text, and the addresses of the things that are looked at now.


@lru_cache(maxsize=20_000)
def _url(name: str, *args: Any, **kwargs: Any) -> str:
    return reverse(name, args=args, kwargs=kwargs)


@lru_cache(maxsize=20_000)
def _sentence(language: str | None, message: str) -> Markup:
    """A text of ours in a language that is the active one."""
    return Markup(translation.gettext(message))  # noqa: S704  the text comes from our catalogue


def _filled(text: str, variables: dict[str, Any]) -> Markup:
    """Our own sentences are trusted mark-up; what is filled in is escaped. Without variables a percent sign is just that."""
    return Markup(text) % variables if variables else Markup(text)  # noqa: S704  the text comes from our catalogue


def _gettext(message: str, **variables: Any) -> Markup:
    text = _sentence(translation.get_language(), message)
    return text % variables if variables else text


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


def scale_position(level: float, level_count: int = 4) -> float:
    """Where a level lies on the track, in percent of its width; half a level of room on both sides."""
    return round(min(100.0, max(0.0, (float(level) - 0.5) / level_count * 100)), 2)


def csrf_token_of(request: Any) -> str:
    """The proof that a form came from our page; one for all forms of a page, because making one is dear."""
    made: str | None = getattr(request, "_bina_csrf_token", None)
    if made is None:
        made = request._bina_csrf_token = get_token(request)
    return made


def csrf_field(request: Any) -> SafeString:
    """The hidden field every form needs."""
    return format_html('<input type="hidden" name="csrfmiddlewaretoken" value="{}">', csrf_token_of(request))


def environment(**options: Any) -> jinja2.Environment:
    """Build the environment from Django's options."""
    env = jinja2.Environment(**{**options, "undefined": jinja2.StrictUndefined, "autoescape": True})  # noqa: S701  set in the dict
    env.globals.update(_=_gettext, gettext=_gettext, ngettext=_ngettext, pgettext=_pgettext)
    env.globals.update(
        static=cache(static),
        url=_url,
        icon=icon,
        csrf_field=csrf_field,
        csrf_token_of=csrf_token_of,
        places_for=places_for,
        get_messages=get_messages,
        get_language=translation.get_language,
        scale_position=scale_position,
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
        duration=formats.duration,
    )
    return env
