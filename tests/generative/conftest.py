"""The application with the Prefect of the API's tests beside it."""

from tests.api.conftest import anyio_backend, prepared_home, settings

__all__ = ["anyio_backend", "prepared_home", "settings"]
