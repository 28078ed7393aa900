"""Cases of requests that must be refused, each mistake named."""

from typing import Any

from contract.conformance.bodies import query
from contract.conformance.model import Case, InBase64, Service
from contract.conformance.structure import EMPTY_LIST, TEXT


def _refused(**message: Any) -> dict[str, Any]:
    told = {"message": TEXT, "messageType": "Error", "messageCode": TEXT, "path": "", **message}
    return {
        "dataObjectOperationResponse": {
            "status": "error",
            "statusDetail": {"code": TEXT, "message": TEXT, "messageType": "Error", "messages": [told]},
            "totalRecords": 0,
        }
    }


_UNKNOWN = query("connectorstate", properties=[{"channelid": {"resembles": "x"}}])
_WHERE = "params.query.filters.propertiesCriterion[0].channelid"
_BAD = {"dataObject": {"id": "call", "data": {"blob": InBase64([{"id": "${run}-x", "type": "t"}, {"id": "${run}-y"}])}}}
_BAD_ONES = query("t", id="${run}-x")

SERVICES = (
    Service(
        "connectorService/create (mistakes)",
        "One object that cannot be taken keeps all of its call out.",
        (
            Case("the refused object is named", _BAD, _refused(path="dataObject.data.blob[1].type"), status=400),
            Case(
                "and the others are not stored",
                _BAD_ONES,
                {"dataObjectOperationResponse": {"status": "success", "dataObjects": EMPTY_LIST, "totalRecords": 0}},
                service="connectorService/get",
            ),
        ),
    ),
    Service(
        "connectorService/get (mistakes)",
        "A filter that is not understood is never dropped.",
        (Case("an unknown operator is named with its path", _UNKNOWN, _refused(path=_WHERE), status=400),),
    ),
    Service(
        "rsConnectService/downloadDataJob (mistakes)",
        "No job is made of a request with mistakes.",
        (
            Case("an unknown operator is named with its path", _UNKNOWN, _refused(path=_WHERE), status=400),
            Case("a body that is no JSON is told so", None, _refused(path=""), status=400, raw=b"{nonsense"),
        ),
    ),
    Service(
        "nosuchService/get",
        "An address that is not served.",
        (Case("it is not found, in the envelope", {}, _refused(), status=404),),
    ),
)
