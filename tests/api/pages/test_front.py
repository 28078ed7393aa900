"""The bare address, which a new user opens first."""

import pytest

from tests.api.conftest import Api
from tests.api.pages.visits import HOME

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("_no_memory")]

BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


async def test_the_bare_address_asks_whose_pages_to_show_and_leads_there(api: Api) -> None:
    form = await api.client.get("/", headers=BROWSER)
    assert form.status_code == 200
    assert "Whose exports?" in form.text
    assert 'href="//"' not in form.text
    answer = await api.client.get("/", params={"tenant": " plum "}, headers=BROWSER)
    assert (answer.status_code, answer.headers["location"]) == (303, HOME)


@pytest.mark.parametrize("name", ["../plum", "//elsewhere.example", "<b>", "pl\u00fcm"])
async def test_what_no_tenant_can_be_called_leads_nowhere(api: Api, name: str) -> None:
    answer = await api.client.get("/", params={"tenant": name}, headers=BROWSER)
    assert answer.status_code == 400
    assert "is not the name of a tenant" in answer.text
    assert "<b>" not in answer.text
