"""Pages of packages: bringing them in, opening them, their files in a closed frame, their reports."""

from bina.integrations.packages.views.delivery import member, player, save, state
from bina.integrations.packages.views.pages import again, attempts, import_package, preview, start

__all__ = ["again", "attempts", "import_package", "member", "player", "preview", "save", "start", "state"]
