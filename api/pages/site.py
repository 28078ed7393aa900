"""All pages, put into the application."""

from collections.abc import Callable

from fastapi import FastAPI

from api.pages import assets, downloads, events, front, new_export, schedules, sign_in, upload
from api.pages.live import LiveJobs
from api.resources import Resources


def install(app: FastAPI, resources: Resources, stopping: Callable[[], bool] = lambda: False) -> None:
    """Adds the pages after all routes of the interface, whose addresses they leave alone. `stopping`: the server ends."""
    app.state.live = LiveJobs(resources.jobs, stopping)
    # `/{tenant}/` and its like come last: they would take any other address of one part.
    for part in (assets, front, sign_in, new_export, schedules, upload, events, downloads):
        app.include_router(part.router)
