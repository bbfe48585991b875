"""Append-only: who did what, when and why. One entry serves audit, notification, feeds and the learning records.

An action calls ``journal.actions.record`` as its last step, in the same transaction. Whoever cares registers a
reaction (``journal.registry.react_to``), which runs as a job after the change.
"""
