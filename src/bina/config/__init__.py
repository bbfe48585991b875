"""Settings, root URLs, the WSGI entry and the `bina` command: the top floor, where the rooms are put together."""
