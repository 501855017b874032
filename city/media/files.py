"""Where pictures and films are kept: a local folder or any S3-compatible store, named by content.

    files = Files("file:///var/lib/city/files")
    files = Files("s3://bucket/prefix?endpoint=https://store.example&region=hue-1")
    name = await files.put(picture.data, ".jpg")      # "3f/3fc9…64 digits.jpg"

A name is the SHA-256 of what is inside, so the same picture twice is one file, a file never
changes, and it may be cached for ever. Keys of S3 come from the environment (`AWS_ACCESS_KEY_ID`,
`AWS_SECRET_ACCESS_KEY`), never from the address; `endpoint` and `region` may come from either.
"""

import asyncio
import hashlib
import os
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import IO
from urllib.parse import parse_qs, unquote, urlsplit

import obstore
from obstore.exceptions import AlreadyExistsError, BaseError, NotFoundError
from obstore.store import LocalStore, S3Store

TYPES = {".jpg": "image/jpeg", ".mp4": "video/mp4", ".zip": "application/zip"}
"""What may be stored, and the content type it is served with."""
_NAME = re.compile(r"([0-9a-f]{2})/(?=\1)[0-9a-f]{64}(\.[a-z0-9]+)")
_CHUNK = 1 << 18


class Files:
    """A store of files that never change.

    Every method raises FileNotFoundError for a name that is unknown or no name at all, and
    OSError if the store cannot be reached.
    """

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._folder: Path | None = None
        if parts.scheme == "file" and parts.path and not parts.netloc:
            self._folder = Path(unquote(parts.path))
            self._folder.mkdir(parents=True, exist_ok=True)
            self._store: LocalStore | S3Store = LocalStore(self._folder)
        elif parts.scheme == "s3" and parts.netloc:
            self._store = _open_s3(parts.netloc, parts.path.strip("/"), parts.query)
        else:
            raise ValueError("files are kept at file:///folder or s3://bucket/prefix")

    async def put(self, data: bytes | IO[bytes], suffix: str) -> str:
        """Store bytes or an open file (read from its beginning, left open); return its name.

        `suffix` is one of `TYPES`. Once this returns the file is whole and on disk; before that
        nobody can see a part of it. Storing the same again changes nothing.
        """
        if suffix not in TYPES:
            raise ValueError(f"not a kind of file that is kept: {suffix}")
        digest = await asyncio.to_thread(_digest, data)
        name = f"{digest[:2]}/{digest}{suffix}"
        kind = None if self._folder else {"Content-Type": TYPES[suffix]}
        with _os_errors(name):
            try:
                if isinstance(data, bytes):
                    await obstore.put_async(self._store, name, data, mode="create", attributes=kind)
                elif not await self._has(name):
                    data.seek(0)
                    await obstore.put_async(self._store, name, data, attributes=kind)
            except AlreadyExistsError:
                return name
        if self._folder:
            await asyncio.to_thread(_settle, self._folder / name)
        return name

    async def get(self, name: str) -> bytes:
        """Everything in a file; for pictures, which are small."""
        _check(name)
        with _os_errors(name):
            found = await obstore.get_async(self._store, name)
            return bytes(await found.bytes_async())

    async def size(self, name: str) -> int:
        """How many bytes a file has."""
        _check(name)
        with _os_errors(name):
            return (await obstore.head_async(self._store, name))["size"]

    async def stream(
        self, name: str, first: int = 0, length: int | None = None
    ) -> AsyncIterator[bytes]:
        """Yield a file, or `length` bytes from `first` on, in pieces of about 256 kB.

        Players of films ask for parts (RFC 9110, section 14).
        """
        _check(name)
        with _os_errors(name):
            if length is None:
                found = await obstore.get_async(
                    self._store, name, options={"range": {"offset": first}} if first else None
                )
            else:
                found = await obstore.get_async(
                    self._store, name, options={"range": (first, first + length)}
                )
            async for piece in found.stream(min_chunk_size=_CHUNK):
                yield bytes(piece)

    async def delete(self, name: str) -> None:
        """Remove a file; one that has gone already is no error."""
        _check(name)
        try:
            with _os_errors(name):
                await obstore.delete_async(self._store, name)
        except FileNotFoundError:
            return

    async def _has(self, name: str) -> bool:
        try:
            await obstore.head_async(self._store, name)
        except (NotFoundError, FileNotFoundError):
            return False
        return True


def is_name(text: str) -> bool:
    """True if `text` can be the name of a stored file; anything else must not reach a store."""
    found = _NAME.fullmatch(text)
    return bool(found) and found[2] in TYPES


def _check(name: str) -> None:
    if not is_name(name):
        raise FileNotFoundError(name)


def _open_s3(bucket: str, prefix: str, query: str) -> S3Store:
    options = {key: values[-1] for key, values in parse_qs(query).items()}
    if unknown := options.keys() - {"endpoint", "region"}:
        raise ValueError(f"unknown options in the address of the files: {sorted(unknown)}")
    endpoint = options.get("endpoint") or os.environ.get("AWS_ENDPOINT_URL", "")
    region = options.get("region") or os.environ.get("AWS_REGION", "us-east-1")
    if endpoint:
        options["endpoint"] = endpoint
    return S3Store(
        bucket,
        prefix=prefix or None,
        config={**options, "region": region},  # pyright: ignore[reportArgumentType]
        client_options={
            "allow_http": endpoint.startswith("http://"),
            "connect_timeout": "3s",
            "timeout": "60s",
        },
        # The default keeps on for three minutes; a person is waiting.
        retry_config={"max_retries": 2, "retry_timeout": timedelta(seconds=8)},
    )


def _digest(data: bytes | IO[bytes]) -> str:
    if isinstance(data, bytes):
        return hashlib.sha256(data).hexdigest()
    data.seek(0)
    return hashlib.file_digest(data, "sha256").hexdigest()  # pyright: ignore[reportArgumentType]


def _settle(path: Path) -> None:
    """Make sure that a new file outlives a power cut: the store itself only renames."""
    for target in (path, path.parent):
        descriptor = os.open(target, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


@contextmanager
def _os_errors(name: str) -> Iterator[None]:
    try:
        yield
    except AlreadyExistsError:
        raise
    except (NotFoundError, FileNotFoundError):
        raise FileNotFoundError(name) from None
    except BaseError as error:
        raise OSError(f"the store of files failed at {name}") from error
