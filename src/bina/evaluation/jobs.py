"""Work on results, outside the request that brought them."""

from django_tasks import task

from bina.evaluation import actions, queries


@task()
def estimate_programme(programme_id: int) -> None:
    """Bring the stored result of one programme up to date."""
    programme = queries.programme_by_id(programme_id)
    if programme is not None:
        actions.estimate_programme(programme=programme)


@task()
def estimate_programme_anew(programme_id: int) -> None:
    """Make the stored result of one programme anew, after its period changed."""
    programme = queries.programme_by_id(programme_id)
    if programme is not None:
        actions.estimate_programme(programme=programme, even_if_fresh=True)
