"""The words of the standard: claims, scopes, media types, messages; and how a message of a stranger is turned down."""

from enum import StrEnum

from django.utils.functional import Promise

from bina.foundation.errors import Refused

VERSION = "1.3.0"
CLAIM = "https://purl.imsglobal.org/spec/lti/claim/"
DEEP = "https://purl.imsglobal.org/spec/lti-dl/claim/"
GRADES_CLAIM = "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"
ROSTER_CLAIM = "https://purl.imsglobal.org/spec/lti-nrps/claim/namesroleservice"
_AGS = "https://purl.imsglobal.org/spec/lti-ags/scope/"


class Scope(StrEnum):
    """A right of a tool, by its name in the specifications."""

    LINE_ITEM = f"{_AGS}lineitem"
    LINE_ITEM_READ = f"{_AGS}lineitem.readonly"
    RESULT_READ = f"{_AGS}result.readonly"
    SCORE = f"{_AGS}score"
    ROSTER = "https://purl.imsglobal.org/spec/lti-nrps/scope/contextmembership.readonly"


GRADE_SCOPES = (Scope.LINE_ITEM, Scope.LINE_ITEM_READ, Scope.RESULT_READ, Scope.SCORE)


class Message(StrEnum):
    """What a launch is for."""

    OPEN = "LtiResourceLinkRequest"
    PICK = "LtiDeepLinkingRequest"


PICKED = "LtiDeepLinkingResponse"


class MediaType(StrEnum):
    """How the bodies of the services are named."""

    LINE_ITEM = "application/vnd.ims.lis.v2.lineitem+json"
    LINE_ITEMS = "application/vnd.ims.lis.v2.lineitemcontainer+json"
    SCORE = "application/vnd.ims.lis.v1.score+json"
    RESULTS = "application/vnd.ims.lis.v2.resultcontainer+json"
    ROSTER = "application/vnd.ims.lti-nrps.v2.membershipcontainer+json"


class Rejected(Refused):
    """A message of a tool is turned down: ``str(error)`` is a sentence for its makers, ``code`` the word of the protocol,
    ``status`` what HTTP says."""

    def __init__(self, sentence: str | Promise, *, status: int = 400, code: str = "invalid_request") -> None:
        super().__init__(str(sentence))
        self.status = status
        self.code = code
