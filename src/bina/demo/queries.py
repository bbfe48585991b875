"""What may be asked about the demo: which accounts a visitor can try."""

from bina.demo.accounts import ACCOUNTS, DemoAccount
from bina.people.models import User


def demo_accounts() -> list[DemoAccount]:
    """The demo accounts that exist in this installation and can sign in, in the order of the story."""
    known = set(
        User.objects.filter(email__in=[row.email for row in ACCOUNTS], is_active=True).values_list("email", flat=True)
    )
    return [row for row in ACCOUNTS if row.email in known]
