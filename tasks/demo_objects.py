"""A believable data set, made up: connector states of a household goods seller on several channels."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta, timezone
from random import Random
from typing import Any

from contract.objects import CONNECTOR_STATE

DEMO_SEED = 2020
_DAYS = 150
"""The objects were made within so many days before the end of the data."""

_CHANNELS = {
    "rs-amazonsellerus-self": 44,
    "rs-amazonsellerde-self": 16,
    "rs-kitchenmarket-self": 14,
    "rs-homeoutlet_podsyndicationserviceconfig": 12,
    "rs-gartenwelt-self": 9,
    "rs-wholesale-sftp": 5,
}
_ENTITY_TYPES = {"sku": 56, "product": 30, "each": 9, "case": 5}
_HUBS = {"Northgate": 6, "Seaview": 3, "Acorn": 1}
_PEOPLE = {"system_user": 7, "jordan.lee@shop.example_user": 1, "zoë.brandt@shop.example_user": 1, "_UNASSIGNED": 1}
_THINGS = (
    "Kettle", "Tea Pot", "Bread Knife", "Käsereibe", "Garden Chair", "Desk Lamp", "Crème Bowl", "Hängematte", "Sushi Set 寿司",
    "Salt & Pepper Mill", 'Pan 11"', "Blumentopf", "Café Cup", "Øl Mug", "Wool Blanket", "Storage Box <XL>",
)  # fmt: skip
_COLOURS = ("Red", "Graphite", "Weiß", "Sand", "Olive", "Crème", "Blue")

_PROGRESS = {"completed": 62, "inProcess": 20, "new": 12, "deprecated": 3, "unknown": 3}
_LISTED = {"listedSuccess": 70, "listedPending": 18, "inProcess": 12}
_PRESENT = {"syndicationState": 0.8, "introState": 0.3, "publishState": 0.5}
"""How many of the objects have such a state at all, where not all do."""
_ERROR_SHARE = 0.12
_ERRORS = (
    ("msrp", "list_price", "msrp is missing"),
    ("brand", "brand_name", "brand is not registered for this channel"),
    ("mainImage", "main_image_url", "image is smaller than 1000 x 1000 pixels"),
    ("gtin", "external_product_id", "GTIN 00012345600012 has a wrong check digit"),
    ("longDescription", "product_description", "description is longer than 2,000 characters"),
    ("countryOfOrigin", "country_of_origin", "value 'Großbritannien' is not in the list of valid values"),
    ("unknown", "unknown", "the channel answered: quota exceeded, try again later"),
)
_CENTRAL = timezone(timedelta(hours=-6))


def demo_objects(
    count: int, *, tenant: str = "demo", seed: int = DEMO_SEED, until: datetime | None = None
) -> Iterator[tuple[str, dict[str, Any]]]:
    """`count` raw objects, each with its place, as `database.loader.load_objects` takes them; about 1.5 kB of JSON each.

    The same seed and `until` (the newest date; now by default) give the same objects.
    """
    random = Random(seed)  # noqa: S311  # made-up data, no secrets
    newest = until or datetime.now(UTC)
    for number in range(count):
        yield f"demo object {number + 1}", _object(random, number, tenant, newest)


def _object(random: Random, number: int, tenant: str, newest: datetime) -> dict[str, Any]:
    created = newest - timedelta(milliseconds=random.randrange(_DAYS * 86_400_000))
    modified = created + (newest - created) * random.random() ** 2
    entity_type = _pick(random, _ENTITY_TYPES)
    channel = _pick(random, _CHANNELS)
    return {
        "id": _identifier(random, number),
        "name": f"{random.choice(_THINGS)}, {random.choice(_COLOURS)} {random.randrange(1, 400)}",
        "type": CONNECTOR_STATE,
        "properties": {
            "hub": _pick(random, _HUBS),
            "self": "self",
            "tenantId": tenant,
            "entityid": _entity_id(random, number),
            "channelid": channel,
            "entitytype": entity_type,
            "submissionid": f"{random.randrange(100_000):06d}",
            "reqid": f"req-{random.randrange(10**9)}",
            "createdService": "genericObjectManageService",
            "createdBy": _pick(random, _PEOPLE),
            "createdDate": _date(created.astimezone(_CENTRAL)),
            "modifiedService": "genericObjectManageService",
            "modifiedBy": _pick(random, _PEOPLE),
            "modifiedDate": _date(modified.astimezone(_CENTRAL)),
        },
        "data": {"attributes": _attributes(random, modified, channel)},
    }


def _attributes(random: Random, modified: datetime, channel: str) -> dict[str, Any]:
    failed = random.random() < _ERROR_SHARE
    states = _states(random, failed)
    attributes: dict[str, Any] = {}
    for name, state in states.items():
        if random.random() > _PRESENT.get(name, 1):
            continue
        attributes[name] = _values(random, [state])
        if name in ("channelState", "syndicationState", "validationState"):
            attributes[f"{name}Date"] = _values(random, [_date(modified - timedelta(seconds=random.randrange(3_600)))])
    if failed:
        attributes["validationError"] = {"group": _errors(random)}
        attributes["retryCount"] = _values(random, [str(random.randrange(1, 6))])
    if states["channelState"] == "listedSuccess" and random.random() < 0.3:
        pages = [f"https://{channel}.example/item/{random.randrange(10**8):08d}" for _ in range(random.choice((1, 1, 2)))]
        attributes["listingUrl"] = _values(random, pages)
    if random.random() < 0.05:
        attributes["salesRegions"] = _values(random, random.sample(("US-East", "US-West", "Québec", "DACH"), k=2))
    return attributes


def _states(random: Random, failed: bool) -> dict[str, str]:
    if failed:
        return {
            "itemState": "error",
            "channelState": "errored",
            "syndicationState": random.choice(("errored", "uninitialized")),
            "validationState": "errored",
            "introState": "completed",
            "publishState": "uninitialized",
        }
    return {
        "itemState": _pick(random, _PROGRESS),
        "channelState": _pick(random, _LISTED),
        "syndicationState": _pick(random, _PROGRESS),
        "validationState": "completed",
        "introState": "completed",
        "publishState": _pick(random, _PROGRESS),
    }


def _errors(random: Random) -> list[dict[str, Any]]:
    found = random.sample(_ERRORS, k=random.choice((1, 1, 1, 2, 3)))
    return [
        {
            "sno": _values(random, [str(position + 1)]),
            "sourceAttribute": _values(random, [source]),
            "targetAttribute": _values(random, [target]),
            "error": _values(random, [error]),
            "locale": "en-US",
            "source": "internal",
            "id": _uuid(random),
        }
        for position, (source, target, error) in enumerate(found)
    ]


def _values(random: Random, texts: Sequence[str]) -> dict[str, Any]:
    return {"values": [{"source": "internal", "locale": "en-US", "id": _uuid(random), "value": text} for text in texts]}


def _identifier(random: Random, number: int) -> str:
    """Mostly like a UUID; every 25th an article number with leading zeros."""
    return f"{number:010d}" if number % 25 == 7 else _uuid(random)


def _entity_id(random: Random, number: int) -> str:
    return f"00{random.randrange(10**10):010d}" if number % 40 == 3 else f"ers{random.getrandbits(56):014x}"


def _uuid(random: Random) -> str:
    digits = f"{random.getrandbits(128):032x}"
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def _date(moment: datetime) -> str:
    """As the documented objects write dates: `2019-12-17T21:06:46.521-0600`."""
    return moment.isoformat(timespec="milliseconds").replace("-06:00", "-0600").replace("+00:00", "+0000")


def _pick(random: Random, weights: Mapping[str, int]) -> str:
    [choice] = random.choices(tuple(weights), weights=tuple(weights.values()))
    return choice
