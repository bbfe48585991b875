"""The keys of this platform: made when the first one is needed, replaced by hand, and signed with."""

import datetime as dt
import json
import secrets
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from django.db import transaction

from bina.foundation import clock
from bina.integrations.lti import entries
from bina.integrations.lti.models import PlatformKey
from bina.integrations.lti.queries import opened, sealed, signing_key
from bina.integrations.lti.rules import may_manage_tool
from bina.journal.actions import record
from bina.people.queries import standing_of

if TYPE_CHECKING:
    from bina.people.models import User

BITS = 2048
# Tools keep our keys for a while; what was signed with the old one can be read until then.
STAYS = dt.timedelta(days=7)


def _new_key() -> PlatformKey:
    key = rsa.generate_private_key(public_exponent=65_537, key_size=BITS)
    kid = secrets.token_hex(8)
    jwk = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key()))
    public = {name: jwk[name] for name in ("kty", "n", "e")} | {"alg": "RS256", "use": "sig", "kid": kid}
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return PlatformKey.objects.create(kid=kid, public_jwk=public, sealed=sealed(pem), created_at=clock.now())


@transaction.atomic
def rotate_key(*, by: "User") -> PlatformKey:
    """Sign with a new key from now on; older ones stay published for seven days. Raises Denied without the right."""
    may_manage_tool(standing_of(by), None).require()
    now = clock.now()
    list(PlatformKey.objects.select_for_update().order_by("pk"))
    PlatformKey.objects.filter(retires_at=None).update(retires_at=now + STAYS)
    row = _new_key()
    record(entries.KEY_ROTATED, by=by, kind="lti_key", object_id=row.kid, name=row.kid)
    return row


@transaction.atomic
def ensure_key() -> PlatformKey:
    """The key that signs, made if there is none or if the installation's secret no longer opens it."""
    row = signing_key()
    if row is not None and opened(row) is not None:
        return row
    if row is not None:
        PlatformKey.objects.filter(retires_at=None).update(retires_at=clock.now() + STAYS)
    return _new_key()


def signed(claims: Mapping[str, Any]) -> str:
    """A message of this platform, signed with RS256."""
    row = ensure_key()
    key = opened(row)
    assert key is not None
    return jwt.encode(dict(claims), key, algorithm="RS256", headers={"kid": row.kid})
