"""Checking who signs in: by employee number or e-mail, and loading the person behind a session in one query."""

from typing import TYPE_CHECKING, Any

from allauth.account.auth_backends import AuthenticationBackend

from bina.people.models import User

if TYPE_CHECKING:
    from django.http import HttpRequest


class NumberOrEmailBackend(AuthenticationBackend):  # type: ignore[misc]  # allauth ships no types
    """Sign-in by user name (NIP) or e-mail; the session's account comes with its employee, unit and agency."""

    def get_user(self, user_id: Any) -> User | None:
        """The active account of a session with all that every page shows, in one query."""
        return (
            User.objects.filter(pk=user_id, is_active=True)
            .select_related(
                "employee", "employee__agency", "employee__unit", "employee__position", "employee__position__job_class"
            )
            .first()
        )

    def authenticate(self, request: "HttpRequest | None", **credentials: Any) -> Any:
        """The account for the credentials, or None."""
        return super().authenticate(request, **credentials)
