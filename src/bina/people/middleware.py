"""Who asks: the account that was read together with its session."""

from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY, get_user
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare
from django.utils.functional import SimpleLazyObject


def _account_of(request: HttpRequest) -> AbstractBaseUser | AnonymousUser:
    """The account of the session when its mark of the password is the present one; every other case is left to Django."""
    session = request.session
    named = session.get(SESSION_KEY)  # reads the session
    account = getattr(session, "account", None)
    if account is not None and named == str(account.pk):
        mark = account.get_session_auth_hash()
        if constant_time_compare(session.get(HASH_SESSION_KEY, ""), mark):
            return account  # type: ignore[no-any-return]  # of our own session store
    return get_user(request)


class AccountOfSession(AuthenticationMiddleware):
    """Django's own, which would ask for the account once more."""

    def process_request(self, request: HttpRequest) -> None:
        """Put the account where views look for it."""
        super().process_request(request)
        request.user = SimpleLazyObject(lambda: _account_of(request))  # type: ignore[assignment]  # behaves as the account
