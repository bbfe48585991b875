"""Looking up a verification code in public, without giving guessers a chance."""

from django.core.cache import cache
from django.utils.translation import gettext as _

from bina.credentials.models import Certificate
from bina.credentials.queries import certificate_by_code
from bina.foundation.errors import Refused

WINDOW_SECONDS = 600
BUDGET = 200
COST_OF_MISS = 10


def look_up_code(text: str, *, address: str) -> Certificate | None:
    """The certificate with this code, or None. Raises Refused when one address asks too often.

    A hit costs one, a miss ten: an office behind one address checks many papers, a guesser is stopped after twenty.
    """
    key = f"verify:{address}"
    if int(cache.get_or_set(key, 0, WINDOW_SECONDS) or 0) >= BUDGET:
        raise Refused(_("Terlalu banyak pemeriksaan dari jaringan Anda. Coba lagi sekitar sepuluh menit lagi."))
    certificate = certificate_by_code(text)
    try:
        cache.incr(key, 1 if certificate else COST_OF_MISS)
    except ValueError:  # the window ended between the two calls
        cache.set(key, 1, WINDOW_SECONDS)
    return certificate
