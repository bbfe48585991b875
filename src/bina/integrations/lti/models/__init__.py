"""Tables of tools: who they are, who was sent to them, and what came back."""

from bina.integrations.lti.models.courses import LineItem, PickedContent, ResourceLink, Result, ScoreReport
from bina.integrations.lti.models.launches import Launch, SpentToken, ToolPerson
from bina.integrations.lti.models.tools import PlatformKey, Tool, ToolNote, ToolSharing

__all__ = [
    "Launch",
    "LineItem",
    "PickedContent",
    "PlatformKey",
    "ResourceLink",
    "Result",
    "ScoreReport",
    "SpentToken",
    "Tool",
    "ToolNote",
    "ToolPerson",
    "ToolSharing",
]
