"""Who uploads."""

import pytest
from django.test import Client

from tests.cast import Cast
from tests.conftest import ClientFor


@pytest.fixture
def author(cast: Cast, client_for: ClientFor) -> Client:
    return client_for(cast.trainer)
