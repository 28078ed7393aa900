"""Download links: a signed token that says which file it opens, and expires."""

from itsdangerous import BadData, URLSafeTimedSerializer

from contract.errors import BadLink

_SALT = "statesheet.download"


def sign(secret: bytes, tenant: str, job_id: str) -> str:
    """A token, safe in a URL, that opens the file of one job of one tenant."""
    return _serializer(secret).dumps([tenant, job_id])


def verify(secret: bytes, token: str, max_age: float) -> tuple[str, str]:
    """The tenant and the job id that a token was signed for at most `max_age` seconds ago; else raises BadLink."""
    try:
        tenant, job_id = _serializer(secret).loads(token, max_age=int(max_age))
    except (BadData, ValueError) as error:
        raise BadLink from error
    return tenant, job_id


def _serializer(secret: bytes) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(secret, salt=_SALT)
