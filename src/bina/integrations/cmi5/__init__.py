"""cmi5: packages whose parts (assignable units) tell the record store themselves what happened, each in a session of its own.

Words: Cmi5Course (one structure), AssignableUnit (a part that can be started), Registration (one person's way through it),
Standing (how far the person is with one unit), LaunchSession (one opening of a unit, from launch to its end).
Journal: cmi5.imported, cmi5.removed, cmi5.launched, cmi5.restarted, cmi5.satisfied, cmi5.waived, cmi5.abandoned.
"""
