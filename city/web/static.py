"""Files for browsers: every room's `static/` folder, with names that can be cached for ever."""

import gzip
import hashlib
import json
import mimetypes
from functools import cached_property
from pathlib import Path
from typing import Any

from litestar import Request, Response
from litestar.exceptions import NotFoundException

from city.web.routes import PUBLIC, get

_ROOMS = Path(__file__).parent.parent
_SQUEEZED = {".css", ".js", ".mjs", ".svg", ".json", ".txt", ".wasm", ".webmanifest"}
mimetypes.add_type("text/javascript", ".mjs")
mimetypes.add_type("font/woff2", ".woff2")
mimetypes.add_type("application/manifest+json", ".webmanifest")


class Static:
    """The files that may be served, found once at the start; nothing else can be reached."""

    def __init__(self) -> None:
        """Find every file in every room's `static/` folder."""
        self.files = {
            f"{file.relative_to(_ROOMS).parts[0]}/{file.relative_to(room).as_posix()}": file
            for room in sorted(_ROOMS.glob("*/static"))
            for file in sorted(room.rglob("*"))
            if file.is_file()
        }
        self._versions: dict[str, str] = {}
        self._bodies: dict[tuple[str, bool], bytes] = {}

    def url(self, name: str) -> str:
        """Return the address of a file, which changes when the file does."""
        if name not in self._versions:
            file = self.files.get(name)
            content = file.read_bytes() if file else b""
            self._versions[name] = hashlib.sha256(content).hexdigest()[:10]
        return f"/static/{name}?v={self._versions[name]}"

    @cached_property
    def version(self) -> str:
        """What changes when any file for browsers does."""
        said = "".join(self.url(name) for name in self.files)
        return hashlib.sha256(said.encode()).hexdigest()[:10]

    def importmap(self) -> str:
        """Return the import map: modules from npm by name, our own by an address that changes.

        So a page never runs a module of another version than its own, though modules import each
        other by plain addresses.
        """
        file = self.files.get("web/vendor/importmap.json")
        imports: dict[str, str] = json.loads(file.read_text())["imports"] if file else {}
        for name in self.files:
            if name.endswith(".js") and not name.startswith(("web/vendor/", "web/sw")):
                imports[f"/static/{name}"] = self.url(name)
        return json.dumps({"imports": imports}, separators=(",", ":"))

    def body(self, name: str, *, squeezed: bool) -> bytes:
        """Return the content of a file, kept after the first time."""
        key = (name, squeezed)
        if key not in self._bodies:
            content = self.files[name].read_bytes()
            self._bodies[key] = gzip.compress(content, 9, mtime=0) if squeezed else content
        return self._bodies[key]


@get("/static/{name:path}", allow=PUBLIC, include_in_schema=False)
async def serve_static(request: Request[Any, Any, Any], name: str) -> Response[bytes]:
    """Serve one file; with its version or in a versioned folder it may be kept for ever."""
    static: Static = request.app.state.static
    name = str(name).lstrip("/")
    file = static.files.get(name)
    if file is None:
        raise NotFoundException
    squeezed = file.suffix in _SQUEEZED and "gzip" in request.headers.get("accept-encoding", "")
    lasting = "v" in request.query_params or ("/vendor/" in name and "@" in name)
    headers = {
        "cache-control": "public, max-age=31536000, immutable" if lasting else "no-cache",
        "vary": "accept-encoding",
    }
    tag = '"' + static.url(name).rpartition("=")[2] + '"'
    headers["etag"] = tag
    if request.headers.get("if-none-match") == tag:
        return Response(b"", status_code=304, headers=headers)
    if squeezed:
        headers["content-encoding"] = "gzip"
    kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    return Response(static.body(name, squeezed=squeezed), media_type=kind, headers=headers)
