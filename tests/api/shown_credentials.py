"""The ways that clients have to show a credential."""

import base64

from database.credentials import NewCredential
from tests.api.conftest import TENANT, Api, refusal


def shown(made: NewCredential) -> dict[str, str]:
    """The platform's headers."""
    return {"auth-client-id": made.credential.id, "auth-client-secret": made.secret}


def bearer(secret: str) -> dict[str, str]:
    return {"authorization": f"Bearer {secret}"}


def basic(identifier: str, secret: str) -> dict[str, str]:
    return {"authorization": "Basic " + base64.b64encode(f"{identifier}:{secret}".encode()).decode()}


async def status(api: Api, headers: dict[str, str], path: str = f"/{TENANT}/jobs") -> int:
    answer = await api.client.get(path, headers=headers)
    if answer.status_code != 200:
        refusal(answer)
    return answer.status_code
