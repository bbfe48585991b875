"""Everything that may be asked about packages and the attempts at them."""

from bina.integrations.packages.queries.attempts import (
    attempts_of,
    known_of,
    latest_attempt,
    may_go_on,
    stored_attempt,
    trial_of,
)
from bina.integrations.packages.queries.delivery import (
    Place,
    Play,
    further_token,
    place_of,
    register_places,
    token_for,
    token_for_preview,
)

__all__ = [
    "Place",
    "Play",
    "attempts_of",
    "further_token",
    "known_of",
    "latest_attempt",
    "may_go_on",
    "place_of",
    "register_places",
    "stored_attempt",
    "token_for",
    "token_for_preview",
    "trial_of",
]
