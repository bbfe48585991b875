"""Signed statements: a JSON web signature as attachment, made over the statement itself (RFC 7515)."""

import base64
import binascii
from typing import Any

import msgspec
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256, SHA384, SHA512
from django.utils.translation import gettext as _

from bina.records.rules.comparing import same_words
from bina.records.rules.values import Invalid, Json

SIGNATURE = "http://adlnet.gov/expapi/attachments/signature"
ALGORITHMS: dict[str, type[SHA256] | type[SHA384] | type[SHA512]] = {"RS256": SHA256, "RS384": SHA384, "RS512": SHA512}


def is_signature(attachment: Json) -> bool:
    """Whether an attachment says that it is the signature of its statement."""
    return bool(attachment["usageType"] == SIGNATURE)


def require_signature(statement: Json, attachment: Json, content: bytes, where: str) -> None:
    """Raise Invalid unless the content is a signature over this statement, and true where it names its certificate."""
    if attachment["contentType"] != "application/octet-stream":
        raise Invalid(f"{where}.contentType", _("tanda tangan harus berjenis application/octet-stream."))
    pieces = content.strip().split(b".")
    if len(pieces) != 3:
        raise Invalid(where, _("tanda tangan harus berupa JWS ringkas dengan tiga bagian."))
    try:
        header, payload = (msgspec.json.decode(_unpacked(piece)) for piece in pieces[:2])
        signature = _unpacked(pieces[2])
    except (msgspec.DecodeError, binascii.Error, ValueError) as error:
        raise Invalid(where, _("tanda tangan JWS tidak dapat dibaca.")) from error
    if type(header) is not dict or header.get("alg") not in ALGORITHMS:
        raise Invalid(where, _("algoritma tanda tangan harus RS256, RS384, atau RS512."))
    if type(payload) is not dict or not same_words(payload, statement):
        raise Invalid(where, _("isi yang ditandatangani berbeda dari pernyataan yang dikirim."))
    if "x5c" in header:
        _require_true(header, b".".join(pieces[:2]), signature, where)


def _unpacked(piece: bytes) -> bytes:
    return base64.b64decode(piece + b"=" * (-len(piece) % 4), altchars=b"-_", validate=True)


def _require_true(header: dict[str, Any], signed: bytes, signature: bytes, where: str) -> None:
    try:
        certificate = x509.load_der_x509_certificate(base64.b64decode(header["x5c"][0]))
        key = certificate.public_key()
        if not isinstance(key, RSAPublicKey):
            raise ValueError("not an RSA key")
        key.verify(signature, signed, PKCS1v15(), ALGORITHMS[header["alg"]]())
    except (InvalidSignature, ValueError, TypeError, IndexError, KeyError) as error:
        raise Invalid(where, _("tanda tangan tidak cocok dengan sertifikatnya.")) from error
