"""What the browser is given: complete, small, and nothing a strict content policy refuses."""

import gzip
import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
CITY = ROOT / "city"
VENDOR = CITY / "web/static/vendor"
TEMPLATES = sorted(CITY.glob("*/templates/*/*.html"))

vendored = pytest.mark.skipif(not VENDOR.exists(), reason="tools/vendor.py has not run")


def test_the_npm_lock_names_no_address() -> None:
    lock = (ROOT / "package-lock.json").read_text()
    assert "://" not in lock
    assert json.loads(lock)["packages"][""]["dependencies"]


@pytest.mark.parametrize("file", TEMPLATES, ids=lambda f: f.name)
def test_no_template_has_inline_style_script_or_handler(file: Path) -> None:
    markup = re.sub(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", "", file.read_text(), flags=re.S)
    assert not re.search(r"\sstyle=|\son[a-z]+=|<style|javascript:", markup)
    scripts = re.findall(r"<script([^>]*)>", markup)
    assert all("src=" in attributes or "application/" in attributes for attributes in scripts)


@pytest.mark.parametrize("frame", ["layout", "desk"])
def test_the_style_sheets_of_a_page_are_small(frame: str) -> None:
    sheets = [CITY / "web/static/css" / f"{name}.css" for name in ("tokens", "components", frame)]
    total = sum(len(gzip.compress(sheet.read_bytes(), 9, mtime=0)) for sheet in sheets)
    assert total <= 10_000


@vendored
def test_every_module_in_the_import_map_is_there() -> None:
    imports = json.loads((VENDOR / "importmap.json").read_text())["imports"]
    for address in imports.values():
        assert (CITY / "web/static" / address.removeprefix("/static/web/")).is_file()


@vendored
def test_the_fonts_named_by_the_sheet_are_there() -> None:
    files = re.findall(r"url\(([^)]+)\)", (VENDOR / "fonts.css").read_text())
    assert files and all((VENDOR / file).is_file() for file in files)


@vendored
def test_the_sprite_has_every_icon_that_a_template_names() -> None:
    drawn = set(re.findall(r'<symbol id="([^"]+)"', (VENDOR / "icons.svg").read_text()))
    named = {
        name
        for file in TEMPLATES
        for name in re.findall(
            r"""\b(?:icon|draw|symbol)\s*[(=]\s*["']([a-z0-9-]+)["']""", file.read_text()
        )
    }
    assert named and named <= drawn, f"run tools/vendor.py: {sorted(named - drawn)}"
