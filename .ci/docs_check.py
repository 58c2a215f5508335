"""A hook of the documentation's build: every public name has an entry in the reference, and no page loads anything from
elsewhere."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.structure.pages import Page

PACKAGE = Path(__file__).parents[1] / "python/tellus"
MODULES = ("tellus", "tellus.errors", "tellus.kpi", "tellus.plot", "tellus.recording", "tellus.report")
LOADS = re.compile(r'<(?:link|script|img|iframe|source|video|audio)\b[^>]*?\b(?:src|href)="((?:https?:)?//[^"]*)"')
ANCHOR = re.compile(r'\bid="([^"]+)"')
MODULE = re.compile(r'<div class="doc doc-object doc-module">\s*<h2 id="([^"]+)"')

entries: set[str] = set()


def public_names(module: str) -> list[str]:
    """What a module's ``__all__`` lists, read without importing it."""
    path = PACKAGE.joinpath(*module.split(".")[1:])
    source = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    for node in ast.parse(source.read_text()).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
            return [f"{module}.{name}" for name in ast.literal_eval(node.value)]
    raise PluginError(f"{module} has no __all__")


def missing(anchors: set[str]) -> list[str]:
    """The public names that none of these anchors stands for."""
    return [name for module in MODULES for name in public_names(module) if name not in anchors]


def foreign(html: str) -> list[str]:
    """What a page would load from elsewhere."""
    return LOADS.findall(html)


def shadowed(html: str) -> list[str]:
    """Modules that stand where the function of the same name was meant."""
    return [name for name in MODULE.findall(html) if name not in MODULES]


def on_pre_build(config: MkDocsConfig) -> None:
    """A build that follows another one begins anew."""
    entries.clear()


def on_post_page(output: str, page: Page, config: MkDocsConfig) -> None:
    """Looks at a page when it is made."""
    if found := foreign(output):
        raise PluginError(f"{page.file.src_uri} loads from elsewhere: {', '.join(found)}")
    if found := shadowed(output):
        raise PluginError(f"{page.file.src_uri} tells of modules: write {found[0]}.{found[0].rpartition('.')[2]}")
    if page.file.src_uri.startswith("reference/"):
        entries.update(ANCHOR.findall(output))


def on_post_build(config: MkDocsConfig) -> None:
    """Looks at the whole."""
    if lacking := missing(entries):
        raise PluginError(f"public names without an entry in python/docs/reference: {', '.join(lacking)}")
