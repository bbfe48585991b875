"""Long and repeated work on people."""

from django_tasks import task

from bina.people import actions, queries


@task()
def refresh_placements() -> None:
    """Daily: planned moves whose day has come become true."""
    actions.refresh_placements()


@task()
def forget_old_failures() -> None:
    """Daily: counters of wrong sign-ins that no longer matter go."""
    actions.forget_old_failures()


@task()
def refresh_sums() -> None:
    """Every minute: the sums of units whose people or their figures changed."""
    actions.refresh_sums()


@task()
def rebuild_sums() -> None:
    """Daily: all sums of units anew, as of that day."""
    actions.rebuild_sums()


@task()
def check_staff_file(import_id: int) -> None:
    """Read an uploaded staff file and prepare its preview."""
    staff_import = queries.staff_import_by_id(import_id)
    try:
        actions.check_staff_file(staff_import)
    except Exception:
        actions.give_up_check(staff_import)
        raise


@task()
def apply_staff_file(import_id: int) -> None:
    """Write an approved staff file."""
    actions.apply_staff_file(queries.staff_import_by_id(import_id))


@task()
def invite_unit(unit_id: int, by_id: int | None) -> None:
    """Send the invitations of a unit."""
    unit = queries.units().select_related("agency").get(pk=unit_id)
    actions.invite_unit(by=queries.user_by_id(by_id), unit=unit)


@task()
def resume_staff_imports() -> None:
    """Every few minutes and at start: files whose work stopped with the server go on."""
    for staff_import in queries.stalled_imports():
        actions.resume_import(by=None, staff_import=staff_import)
