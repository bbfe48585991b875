"""The way to the reference data: in the menu of every account that may open it, employee or not."""

from django.urls import reverse

from bina.people.actions import grant_role
from bina.people.rules import Role
from tests.cast import Cast
from tests.conftest import ClientFor

NAME = "Data acuan dan aturan"


def test_an_employee_who_becomes_administrator_finds_it_in_the_menu(cast: Cast, client_for: ClientFor) -> None:
    assert NAME not in client_for(cast.siti).get(reverse("portal:home")).content.decode()
    grant_role(by=cast.admin, user=cast.siti.user, role=Role.PLATFORM_ADMIN, reason="Penjaga data acuan")
    cast.siti.user.refresh_from_db()
    client = client_for(cast.siti)
    page = client.get(reverse("portal:home")).content.decode()
    assert f'href="{reverse("admin:index")}"' in page
    assert NAME in page
    assert client.get(reverse("admin:index")).status_code == 200


def test_an_account_without_employee_sees_it_once_among_its_places(cast: Cast, client_for: ClientFor) -> None:
    cast.admin.is_staff = cast.admin.is_superuser = True
    cast.admin.save()
    page = client_for(cast.admin).get(reverse("portal:home")).content.decode()
    assert page.split("<main")[1].split("</main>")[0].count(NAME) == 1
