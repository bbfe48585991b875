"""The keys with which this platform signs: which one signs now, which are published, and how their private half is kept."""

import base64
from typing import Any

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from django.conf import settings
from django.db.models import Q

from bina.foundation import clock
from bina.integrations.lti.models import PlatformKey


def _box() -> Fernet:
    secret = HKDF(SHA256(), 32, salt=None, info=b"bina.lti.platform-key").derive(settings.SECRET_KEY.encode())
    return Fernet(base64.urlsafe_b64encode(secret))


def sealed(pem: bytes) -> str:
    """A private key as it is kept."""
    return _box().encrypt(pem).decode()


def opened(row: PlatformKey) -> RSAPrivateKey | None:
    """The private key of a row; None when the installation's secret has become another one since."""
    try:
        key = load_pem_private_key(_box().decrypt(row.sealed.encode()), password=None)
    except InvalidToken:
        return None
    return key if isinstance(key, RSAPrivateKey) else None


def signing_key() -> PlatformKey | None:
    """The key that signs now: the newest that is not on its way out."""
    return PlatformKey.objects.filter(retires_at=None).first()


def published_keys() -> list[PlatformKey]:
    """Every key that a tool may still meet, the newest first."""
    return list(PlatformKey.objects.filter(Q(retires_at=None) | Q(retires_at__gt=clock.now())))


def key_set() -> dict[str, Any]:
    """The public keys as tools read them (JWKS)."""
    return {"keys": [row.public_jwk for row in published_keys()]}
