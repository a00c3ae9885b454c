"""`expand[]`: ids replaced by the objects they name.

Source: Stripe API reference, "Expanding responses".
"""

from itertools import islice

from stripe_sim.http.errors import invalid
from stripe_sim.objects import Object
from stripe_sim.store import Store

MAX_DEPTH = 4
_INCLUDED = {
    "checkout.session": ("line_items",),
    "invoice": ("confirmation_secret", "payments"),
    "price": ("currency_options",),
}
"""Properties that are there only on demand; they are kept beside the object."""
_LISTED = {("charge", "refunds"): ("refund", "charge")}
"""Lists that are there only on demand: the latest objects of a kind that name this one."""
LISTED_AT_MOST = 10


def expanded(thing: Object, paths: list[str], store: Store) -> Object:
    """The object with each dotted path followed; `data.` goes into every item of a list."""
    for path in paths:
        steps = path.split(".")
        if len(steps) > MAX_DEPTH:
            raise invalid(f"You cannot expand more than {MAX_DEPTH} levels of a property. Property: {path}", "expand")
        thing = _follow(thing, steps, path, store)
    return thing


def _follow(thing: Object, steps: list[str], path: str, store: Store) -> Object:
    step, *rest = steps
    if step in _INCLUDED.get(thing.get("object", ""), ()) and store.has_beside(thing, step):
        thing = {**thing, step: store.beside(thing, step)}
    if (thing.get("object"), step) in _LISTED:
        thing = {**thing, step: _latest(thing, step, store)}
    if step not in thing:
        raise invalid(f"This property cannot be expanded ({path}).", "expand")
    value = thing[step]
    if isinstance(value, list):
        return {**thing, step: [_follow(item, rest, path, store) for item in value] if rest else value}
    found = store.find(value) if isinstance(value, str) else value
    if found is not None and rest:
        found = _follow(found, rest, path, store)
    return {**thing, step: found if found is not None else value}


def _latest(thing: Object, step: str, store: Store) -> Object:
    kind, member = _LISTED[(thing["object"], step)]
    found = list(islice((one for one in store.newest_first(kind) if one[member] == thing["id"]), LISTED_AT_MOST + 1))
    url = f"/v1/{thing['object']}s/{thing['id']}/{step}"
    return {"object": "list", "data": found[:LISTED_AT_MOST], "has_more": len(found) > LISTED_AT_MOST, "url": url}
