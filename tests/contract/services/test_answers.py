"""What the services answer: where warnings stand."""

import pytest

from contract.services.answers import with_warnings
from contract.warnings import JobWarning

WARNING = JobWarning("SSH2001", "params.colour has no effect")
MESSAGES = [{"message": "params.colour has no effect", "messageType": "Warning", "messageCode": "SSH2001"}]


def test_warnings_stand_in_the_envelope_before_the_total() -> None:
    answer = {"request": {}, "response": {"entities": [], "status": "success", "totalRecords": 3}}
    response = with_warnings(answer, [WARNING])["response"]
    assert response == {"entities": [], "status": "success", "statusDetail": {"messages": MESSAGES}, "totalRecords": 3}
    assert list(response)[-1] == "totalRecords"


@pytest.mark.parametrize("member", ["response", "dataObjectOperationResponse", "statusDetail"])
def test_an_object_with_a_member_like_the_envelope_is_answered_as_it_is(member: str) -> None:
    answer = with_warnings({"id": "a1", member: "of somebody's own"}, [WARNING])
    assert answer["id"] == "a1"
    assert answer["statusDetail"] == {"messages": MESSAGES}
    assert member == "statusDetail" or answer[member] == "of somebody's own"


def test_without_warnings_an_answer_is_as_documented() -> None:
    assert with_warnings({"response": {"status": "success"}}, []) == {"response": {"status": "success"}}
