"""The browser code: the parts of the Stripe.js stand-in as one script, and the hosted page's own."""

from importlib.resources import files

_STRIPE_JS = ("requests", "style", "card_fields", "test_cards", "elements", "intents", "challenge", "stripe")


def stripe_js() -> str:
    """What `/v3/` serves: the parts in one scope of their own."""
    return "(() => {\n" + "\n".join(_read(part) for part in _STRIPE_JS) + "})();\n"


def checkout_js() -> str:
    """What the hosted page runs."""
    return _read("checkout")


def _read(part: str) -> str:
    return files("stripe_sim").joinpath("browser", f"{part}.js").read_text(encoding="utf-8")


def dashboard_files() -> dict[str, str]:
    """The web page and its parts, by name."""
    folder = files("stripe_sim").joinpath("browser", "dashboard")
    return {part.name: part.read_text(encoding="utf-8") for part in folder.iterdir() if part.is_file()}
