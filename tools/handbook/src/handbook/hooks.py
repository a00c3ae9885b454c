"""What mkdocs calls while it builds the site (`hooks` in mkdocs.yml)."""

import os
import re
from pathlib import Path
from typing import Any, Final

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.plugins import get_plugin_logger
from mkdocs.structure.files import File, Files
from mkdocs.utils import get_relative_url

from handbook.house import ROOT, brought, parts, written
from handbook.links import Map, mended
from handbook.lists import run_on

log = get_plugin_logger("handbook")
DRAWING: Final = "assets/mermaid.min.js"
PICTURE: Final = re.compile(r'<pre class="mermaid">.*?</pre>', re.DOTALL)
DECISIONS: Final = "decisions"


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """List each decision and each part, so that a new one needs no line in mkdocs.yml."""
    decisions = sorted(path.name for path in (Path(config.docs_dir) / DECISIONS).glob("0*.md"))
    listed = {"Decisions": [f"{DECISIONS}/{name}" for name in decisions], "Parts": list(parts().values())}
    for entry in config.nav or ():
        for title, pages in listed.items():
            entry.get(title, []).extend(pages)
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages from outside docs/, and those that the code writes."""
    for source, page in brought().items():
        files.append(File.generated(config, page, abs_src_path=str(ROOT / source)))
    for page, text in written().items():
        files.append(File.generated(config, page, content=text))
    files.append(File.generated(config, "assets/site.css", abs_src_path=str(Path(__file__).with_name("site.css"))))
    if script := os.environ.get("MERMAID"):
        files.append(File.generated(config, DRAWING, abs_src_path=script))
    return files


def on_page_markdown(markdown: str, page: Any, config: MkDocsConfig, files: Files) -> str:
    """Turn the links of a page that lies in the repository."""
    place = page.file.src_uri
    for line in run_on(markdown):
        log.warning("'%s' begins a list in line %d without a blank line before it.", place, line)
    source = _sources(files).get(place)
    return markdown if source is None else mended(markdown, source, place, _map(config, files))


def on_page_content(html: str, page: Any, config: MkDocsConfig, files: Files) -> str:  # noqa: ARG001
    """Let a page that has a picture to draw bring what draws it; else the theme would fetch it from elsewhere."""
    framed, pictures = PICTURE.subn(r'<div class="picture">\g<0></div>', html)
    return f'{framed}<script src="{get_relative_url(DRAWING, page.url)}"></script>' if pictures else html


def _map(config: MkDocsConfig, files: Files) -> Map:
    pages = {source: place for place, source in _sources(files).items()}
    return Map(pages, lambda path: (ROOT / path).exists(), _repository(config))


def _sources(files: Files) -> dict[str, str]:
    """The repository's path of each file of the site that lies in it."""
    found = {file.src_uri: Path(file.abs_src_path) for file in files if file.abs_src_path is not None}
    return {place: str(path.relative_to(ROOT)) for place, path in found.items() if path.is_relative_to(ROOT)}


def _repository(config: MkDocsConfig) -> str:
    """Where a file of the repository can be seen; nothing where the site does not say where that is."""
    return f"{config.repo_url.rstrip('/')}/blob/{config.extra['branch']}" if config.repo_url else ""
