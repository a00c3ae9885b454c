"""The 3-D Secure challenge as an intent tells of it. The page itself is in `challenge_page.py`."""

from stripe_sim.changes import Moment
from stripe_sim.objects import Object


def challenge(intent: Object, moment: Moment, return_url: str | None) -> Object:
    """The `next_action`: go to our own page; where Stripe.js is at work, it is told of the same page."""
    page = f"{moment.base_url}/sim/3ds/{intent['id']}?client_secret={intent['client_secret']}"
    if return_url:
        return {"redirect_to_url": {"return_url": return_url, "url": page}, "type": "redirect_to_url"}
    return {"type": "use_stripe_sdk", "use_stripe_sdk": {"stripe_js": page, "type": "three_d_secure_redirect"}}
