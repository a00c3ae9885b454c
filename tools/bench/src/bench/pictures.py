"""A section as a picture: bars of its first figure, one for each contestant, at its first load."""

from collections.abc import Iterator
from xml.sax.saxutils import escape

from bench.model import OURS
from bench.outcome import Section

WIDTH, LINE, LEFT, RIGHT, TOP = 720, 34, 230, 120, 48
STYLE = """
  text { font: 14px system-ui, sans-serif; fill: #24292f }
  .title { font-weight: 600 }
  .bar { fill: #8c959f }
  .ours { fill: #0969da }
  @media (prefers-color-scheme: dark) { text { fill: #e6edf3 } .bar { fill: #6e7681 } .ours { fill: #4493f8 } }
"""


def bars(section: Section) -> str:
    """As SVG, readable on light and dark pages."""
    figure, case = section.scenario.figures[0], section.scenario.cases[0]
    spreads = [(name, section.spread(case.name, name, figure.key)) for name in section.scenario.contestants]
    values = [(name, spread.median) for name, spread in spreads if spread]
    height = TOP + LINE * len(values) + 12
    title = escape(f"{figure.title}, {case.name} ({figure.better} is better)")
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{title}">\n'
        f"<style>{STYLE}</style>\n"
        f'<text class="title" x="12" y="28">{title}</text>\n'
        f"{''.join(_bars(values, figure.digits))}</svg>\n"
    )


def _bars(values: list[tuple[str, float]], digits: int) -> Iterator[str]:
    most = max((value for _, value in values), default=1) or 1
    for place, (name, value) in enumerate(values):
        top = TOP + place * LINE
        length = (WIDTH - LEFT - RIGHT) * value / most
        kind = "bar ours" if name == OURS else "bar"
        yield f'<text x="{LEFT - 12}" y="{top + 19}" text-anchor="end">{escape(name)}</text>\n'
        yield f'<rect class="{kind}" x="{LEFT}" y="{top + 4}" width="{length:.1f}" height="22" rx="3"/>\n'
        yield f'<text x="{LEFT + length + 10:.1f}" y="{top + 20}">{value:,.{digits}f}</text>\n'
