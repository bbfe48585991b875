"""Forms of sign-in and staff data."""

from allauth.account.forms import LoginForm


class SignInForm(LoginForm):  # type: ignore[misc]  # allauth ships no types
    """Sign in with employee number or e-mail."""
