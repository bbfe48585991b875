"""Messages signed by tools (JWT with RS256): whose key, what must stand in them, and for how long they hold."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from django.utils.translation import gettext as _t

from bina.integrations.lti.rules.words import Rejected

SKEW = dt.timedelta(seconds=60)
LONGEST_LIFE = dt.timedelta(hours=1)
FEWEST_BITS = 2048
LONGEST_TOKEN = 60_000
MOST_KEYS = 40


def unread_head(token: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Header and claims of a token before its signature was looked at; raises Rejected for what is no token."""
    if not token or len(token) > LONGEST_TOKEN:
        raise Rejected(_t("Pesan bertanda tangan (JWT) tidak ada, atau terlalu panjang."), code="invalid_request")
    try:
        header = jwt.get_unverified_header(token)
        claims = jwt.decode(token, options={"verify_signature": False})
    except (jwt.InvalidTokenError, ValueError, RecursionError) as error:
        raise Rejected(_t("Pesan bertanda tangan (JWT) tidak dapat dibaca."), code="invalid_request") from error
    if not isinstance(claims, dict):
        raise Rejected(_t("Pesan bertanda tangan (JWT) tidak dapat dibaca."), code="invalid_request")
    return header, claims


def keys_in(key_set: object) -> dict[str, RSAPublicKey]:
    """The RSA keys of a JWKS by their kid; anything else in it is left out. Keys below 2,048 bits are no keys."""
    rows = key_set.get("keys") if isinstance(key_set, Mapping) else None
    found: dict[str, RSAPublicKey] = {}
    for row in rows[:MOST_KEYS] if isinstance(rows, list) else []:
        if not isinstance(row, Mapping) or row.get("kty") != "RSA" or row.get("use", "sig") != "sig":
            continue
        try:
            key = jwt.PyJWK.from_dict(dict(row), algorithm="RS256").key
        except (jwt.PyJWTError, ValueError, TypeError, KeyError):
            continue
        if isinstance(key, RSAPublicKey) and key.key_size >= FEWEST_BITS:
            found[str(row.get("kid", ""))] = key
    return found


def key_of_text(text: str) -> RSAPublicKey | None:
    """A public key as PEM text; None when it is none, or too short."""
    try:
        key = load_pem_public_key(text.strip().encode())
    except (ValueError, TypeError):
        return None
    return key if isinstance(key, RSAPublicKey) and key.key_size >= FEWEST_BITS else None


def require_signature(token: str, key: RSAPublicKey) -> dict[str, Any]:
    """The claims of a token that this key signed; raises Rejected for a forged one, and for any other algorithm."""
    checks = {f"verify_{name}": False for name in ("exp", "iat", "nbf", "aud", "iss", "sub", "jti")}
    try:
        return jwt.decode(token, key, algorithms=["RS256"], options=checks)  # type: ignore[arg-type]  # its own name
    except jwt.InvalidAlgorithmError as error:
        raise Rejected(_t("Pesan harus ditandatangani dengan RS256."), status=401, code="invalid_client") from error
    except (jwt.InvalidTokenError, ValueError, TypeError) as error:
        raise Rejected(
            _t("Tanda tangan tidak cocok dengan kunci alat ini: pesan palsu, atau kuncinya sudah diganti."),
            status=401, code="invalid_client",
        ) from error  # fmt: skip


def require_times(claims: Mapping[str, Any], now: dt.datetime) -> dt.datetime:
    """When the token ends. Raises Rejected for one that is over, is not yet, lives too long or does not say."""
    moments: dict[str, float] = {}
    for name in ("iat", "exp", "nbf"):
        value = claims.get(name)
        if value is None:
            continue
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 < value < 32_503_680_000:
            raise Rejected(_t("Waktu “%(name)s” di dalam pesan bukan angka.") % {"name": name}, code="invalid_client")
        moments[name] = float(value)
    if "exp" not in moments or "iat" not in moments:
        raise Rejected(_t("Pesan harus menyebut kapan dibuat (iat) dan kapan berakhir (exp)."), code="invalid_client")
    stamp, slack = now.timestamp(), SKEW.total_seconds()
    if moments["exp"] <= stamp - slack:
        raise Rejected(
            _t("Pesan ini sudah kedaluwarsa. Bila sering terjadi, periksa jam di server alat."), status=401,
            code="invalid_client",
        )  # fmt: skip
    if max(moments["iat"], moments.get("nbf", 0.0)) > stamp + slack:
        raise Rejected(
            _t("Pesan ini berasal dari waktu yang belum tiba. Periksa jam di server alat."), status=401,
            code="invalid_client",
        )  # fmt: skip
    if moments["exp"] - moments["iat"] > LONGEST_LIFE.total_seconds() + slack:
        raise Rejected(_t("Pesan berlaku terlalu lama; paling lama satu jam."), status=401, code="invalid_client")
    return dt.datetime.fromtimestamp(moments["exp"], dt.UTC)


def names_audience(claims: Mapping[str, Any], *accepted: str) -> bool:
    """Whether a token is meant for one of these names of the platform."""
    told = claims.get("aud")
    named = (
        {told}
        if isinstance(told, str)
        else set(told)
        if isinstance(told, list) and all(isinstance(x, str) for x in told)
        else set()
    )
    return bool(named & set(accepted))
