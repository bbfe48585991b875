"""What the `bina` command does, one file per task: serve, work, migrate, import, back up, restore, examine."""
