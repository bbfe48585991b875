"""Tables that the admin site shows and never changes, because they have pages and actions of their own."""


class ToRead:
    """Beside ``ModelAdmin``: rows are shown, never added, changed or deleted."""

    def has_add_permission(self, request: object) -> bool:
        """Rows come from actions."""
        return False

    def has_change_permission(self, request: object, obj: object = None) -> bool:
        """An action writes the change together with who made it, and why."""
        return False

    def has_delete_permission(self, request: object, obj: object = None) -> bool:
        """What has held stays on file."""
        return False
