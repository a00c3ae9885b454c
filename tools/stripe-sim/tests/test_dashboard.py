"""The web page, in a real browser: live, harmless, and with a button for what can happen."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import Page, expect

if TYPE_CHECKING:
    from conftest import Shop, Sim

EVIL = '"><img src=x onerror="window.hacked=1"><script>window.hacked=1</script>'
FOREIGN = [
    {"Origin": "https://evil.test"},
    {"Origin": "null"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site", "Origin": "http://127.0.0.1:1"},
]


@pytest.fixture
def visit(page: Page) -> Callable[..., Page]:
    """Open the page at a kind or an object."""

    def opened(sim: Sim, where: str = "event") -> Page:
        page.goto(f"{sim.base}/#/{where}")
        expect(page.get_by_text("Live", exact=True)).to_be_visible()
        return page

    return opened


@pytest.mark.browser
def test_what_happens_is_seen_without_a_reload(sim: Sim, visit: Callable[..., Page]) -> None:
    page = visit(sim, "payment_intent")
    expect(page.get_by_text("Nothing here yet")).to_be_visible()
    intent = sim.intent()
    row = page.get_by_role("row").filter(has_text=intent.id)
    expect(row).to_contain_text("requires payment method")
    sim.stripe.v1.payment_intents.cancel(intent.id)
    expect(row).to_contain_text("canceled")
    expect(page.get_by_role("link", name="Events 2")).to_be_visible()


@pytest.mark.browser
def test_what_is_focused_stays_so_while_more_comes(sim: Sim, visit: Callable[..., Page]) -> None:
    first = sim.intent()
    page = visit(sim, "payment_intent")
    link = page.get_by_role("link", name=first.id)
    link.focus()
    second = sim.intent()
    expect(page.get_by_role("link", name=second.id)).to_be_visible()
    expect(link).to_be_focused()


@pytest.mark.browser
@pytest.mark.parametrize("kind", ["customer", "product", "payment_intent", "webhook_endpoint"])
def test_what_an_object_says_never_runs(sim: Sim, visit: Callable[..., Page], kind: str) -> None:
    v1, noted = sim.stripe.v1, {EVIL[:40]: EVIL}
    things: dict[str, Callable[[], Any]] = {
        "customer": lambda: v1.customers.create({"name": EVIL, "email": f"{EVIL}@a.test", "metadata": noted}),
        "product": lambda: v1.products.create({"id": "tea", "name": EVIL}),
        "payment_intent": lambda: sim.intent(description=EVIL, metadata=noted),
        "webhook_endpoint": lambda: v1.webhook_endpoints.create(
            {"url": f"https://shop.test/{EVIL}", "enabled_events": ["*"], "description": EVIL}
        ),
    }
    thing = things[kind]()
    page = visit(sim, kind)
    expect(page.get_by_role("cell", name=EVIL)).to_be_visible()
    page.get_by_role("link", name=thing.id).first.click()
    expect(page.get_by_label("The object as JSON")).to_contain_text("window.hacked=1")
    assert page.locator("#content img, #content script").count() == 0
    assert page.evaluate("window.hacked") is None


@pytest.mark.browser
def test_a_buyer_disputes_at_the_press_of_a_button(sim: Sim, visit: Callable[..., Page]) -> None:
    paid = sim.pay("pm_card_visa")
    page = visit(sim, f"object/{paid.latest_charge}")
    page.get_by_role("button", name="The buyer disputes it").click()
    expect(page.get_by_role("status")).to_contain_text("The buyer disputes it: done")
    expect(page.get_by_role("table")).to_contain_text("charge.dispute.created")
    dispute = sim.stripe.v1.disputes.list().data[0]
    page.goto(f"{sim.base}/#/object/{dispute.id}")
    page.get_by_role("button", name="The bank finds for the shop").click()
    expect(page.get_by_role("heading").and_(page.locator("h2")).locator("..")).to_contain_text("won")
    expect(page.get_by_role("button", name="The bank finds for the shop")).to_have_count(0)


@pytest.mark.browser
def test_an_event_is_sent_again_and_its_attempts_are_seen(
    sim_with_shop: Sim, shop: Shop, visit: Callable[..., Page]
) -> None:
    sim_with_shop.intent()
    (event,) = shop.wait_for(1)
    page = visit(sim_with_shop, f"object/{event.id}")
    expect(page.get_by_role("row").filter(has_text="delivered")).to_have_count(1)
    page.get_by_role("button", name="Deliver it again").click()
    expect(page.get_by_role("row").filter(has_text="delivered")).to_have_count(2)
    assert {again.id for again in shop.wait_for(2)} == {event.id}


@pytest.mark.browser
def test_chaos_is_turned_on_and_off(sim: Sim, visit: Callable[..., Page]) -> None:
    page = visit(sim)
    chaos = page.get_by_role("button", name="Chaos")
    chaos.click()
    page.get_by_label("delivered twice").fill("30")
    page.get_by_label("Longest delay").fill("0.5")
    page.get_by_label("All are created in the same second").check()
    page.get_by_role("button", name="Apply").click()
    expect(chaos).to_contain_text("on")
    knobs = sim.call("GET", "/sim/chaos").json()
    assert (knobs["duplicate"], knobs["delay_seconds"], knobs["same_second"]) == (0.3, 0.5, True)
    chaos.click()
    page.get_by_role("button", name="All calm").click()
    expect(page.locator("#chaos-on")).to_be_hidden()


@pytest.mark.browser
def test_an_event_is_triggered_with_metadata(sim: Sim, visit: Callable[..., Page]) -> None:
    page = visit(sim)
    page.get_by_role("button", name="Trigger an event").click()
    page.get_by_label("Event", exact=True).select_option("charge.refunded")
    page.get_by_label("Metadata, one").fill("order_id=ord_9")
    page.get_by_role("button", name="Trigger", exact=True).click()
    expect(page.get_by_role("status")).to_contain_text("charge.refunded has come")
    expect(page.get_by_label("The object as JSON")).to_contain_text('"type": "charge.refunded"')
    assert sim.stripe.v1.refunds.list().data[0].to_dict()["metadata"] == {"order_id": "ord_9"}


@pytest.mark.browser
def test_objects_are_found_by_their_metadata(sim: Sim, visit: Callable[..., Page]) -> None:
    wanted, other = sim.intent(metadata={"order_id": "ord_7"}), sim.intent()
    page = visit(sim, "customer")
    page.get_by_label("Search by id, text or metadata").fill("ord_7")
    expect(page.get_by_role("link", name=wanted.id)).to_be_visible()
    expect(page.get_by_role("link", name=other.id)).to_have_count(0)


@pytest.mark.browser
def test_an_endpoint_gets_a_new_secret_that_is_shown_once(
    sim_with_shop: Sim, shop: Shop, visit: Callable[..., Page]
) -> None:
    (endpoint,) = sim_with_shop.stripe.v1.webhook_endpoints.list().data
    page = visit(sim_with_shop, f"object/{endpoint.id}")
    page.get_by_role("button", name="Roll the signing secret").click()
    expect(page.get_by_role("dialog")).to_contain_text("whsec_")
    sim_with_shop.intent()
    shop.wait_for_hooks(1)
    assert shop.received[0].headers["Stripe-Signature"].count("v1=") == 2, "both sign for a while"


@pytest.mark.browser
def test_all_is_forgotten_only_after_a_second_yes(sim: Sim, visit: Callable[..., Page]) -> None:
    sim.intent()
    page = visit(sim)
    page.get_by_role("button", name="Reset").click()
    assert len(sim.event_types()) == 1
    page.get_by_role("button", name="Forget everything").click()
    expect(page.get_by_text("Nothing here yet")).to_be_visible()
    assert sim.event_types() == []


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_fits_a_phone(sim: Sim, page: Page, visit: Callable[..., Page], scheme: str) -> None:
    paid = sim.pay("pm_card_visa", metadata={"long": "x" * 400})
    page.set_viewport_size({"width": 360, "height": 740})
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    for where in ("event", f"object/{paid.id}"):
        visit(sim, where)
        expect(page.get_by_text("succeeded").filter(visible=True).first).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= 360


@pytest.mark.parametrize("headers", FOREIGN)
@pytest.mark.parametrize("what", ["reset", "chaos", "faults", "secret_roll", "objects/pi_1/dispute"])
def test_a_page_of_another_site_turns_nothing(sim: Sim, what: str, headers: dict[str, str]) -> None:
    intent = sim.intent()
    answer = sim.call("POST", f"/sim/{what}", "{}", key=None, **headers, **{"Content-Type": "text/plain"})
    assert answer.status_code == 403
    assert sim.status_of(intent.id) == "requires_payment_method"


def test_a_page_of_another_site_reads_nothing(sim: Sim) -> None:
    for path in ("/", "/sim", "/sim/objects", "/sim/state", "/sim/deliveries"):
        answer = sim.call("GET", path, key=None, Origin="https://evil.test")
        assert "Access-Control-Allow-Origin" not in answer.headers
    api = sim.call("GET", "/v1/events", Origin="https://shop.test")
    assert api.headers["Access-Control-Allow-Origin"] == "*", "the API is open, as Stripe's"


def test_its_own_page_and_programs_may_do_all(sim: Sim) -> None:
    for headers in ({}, {"Origin": sim.base}, {"Sec-Fetch-Site": "same-origin"}):
        assert sim.call("POST", "/sim/reset", key=None, **headers).status_code == 200


def test_nothing_but_its_own_files_may_run_on_the_page(sim: Sim) -> None:
    answer = sim.call("GET", "/", key=None)
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'; script-src 'self'" in policy
    assert "unsafe" not in policy
    assert sim.call("GET", "/sim/page/main.js", key=None).headers["Content-Type"].startswith("text/javascript")
    assert sim.call("GET", "/sim/page/..%2fstripe.js", key=None).status_code == 404


def test_an_object_tells_its_events_and_what_can_be_done(sim: Sim) -> None:
    paid = sim.pay("pm_card_visa")
    told = sim.call("GET", f"/sim/objects/{paid.id}", key=None).json()
    assert told["object"]["id"] == paid.id
    assert [event["says"] for event in told["events"]] == [
        "payment_intent.succeeded", "charge.succeeded", "payment_intent.created",
    ]  # fmt: skip
    assert {row["action"] for row in told["actions"]} == {"dispute", "inquire", "warn", "refund"}
    assert sim.call("GET", "/sim/objects/pi_none", key=None).status_code == 404


def test_the_tag_changes_with_everything(sim_with_shop: Sim, shop: Shop, until: Callable[..., object]) -> None:
    def tag() -> str:
        return str(sim_with_shop.call("GET", "/sim/state", key=None).json()["tag"])

    first = tag()
    sim_with_shop.intent()
    shop.wait_for(1)
    until(lambda: len(sim_with_shop.deliveries()) == 1)
    second = tag()
    assert tag() == second != first
    sim_with_shop.control("reset")
    assert tag() not in (first, second)
