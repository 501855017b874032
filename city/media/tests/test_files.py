"""Files are kept by what is in them, in a folder or on a real S3 protocol alike."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest
from moto.server import ThreadedMotoServer

from city.media.files import Files, is_name


@pytest.fixture(scope="module")
def s3() -> Iterator[str]:
    """The address of an S3 server with an empty bucket."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ACCESS_KEY_ID", "tester")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "tester")
        server.start()
        host, port = server.get_host_and_port()
        endpoint = f"http://{host}:{port}"
        client = boto3.client("s3", endpoint_url=endpoint, region_name="us-east-1")
        client.create_bucket(Bucket="pictures")
        yield f"s3://pictures/city/files?endpoint={endpoint}"
        server.stop()


@pytest.fixture(params=["folder", "s3"])
def files(request: pytest.FixtureRequest, tmp_path: Path) -> Files:
    """The same store twice."""
    if request.param == "folder":
        return Files(f"file://{tmp_path}/kept%20here")
    return Files(request.getfixturevalue("s3"))


async def test_what_is_put_can_be_had_again(files: Files) -> None:
    name = await files.put(b"a picture", ".jpg")
    assert is_name(name)
    assert await files.get(name) == b"a picture"
    assert await files.size(name) == 9


async def test_the_same_thing_twice_is_one_file(files: Files) -> None:
    first = await files.put(b"twice", ".jpg")
    assert await files.put(b"twice", ".jpg") == first
    assert await files.put(b"other", ".jpg") != first
    assert await files.get(first) == b"twice"


async def test_a_film_is_put_from_an_open_file_and_read_in_parts(files: Files) -> None:
    film = os.urandom(12_000_000)
    with tempfile.TemporaryFile() as file:
        file.write(film)
        name = await files.put(file, ".mp4")
        assert await files.put(file, ".mp4") == name
        assert not file.closed
    assert b"".join([piece async for piece in files.stream(name)]) == film
    assert b"".join([piece async for piece in files.stream(name, 100, 5_000)]) == film[100:5_100]
    assert b"".join([piece async for piece in files.stream(name, 11_000_000)]) == film[11_000_000:]


async def test_a_deleted_file_is_gone_and_may_be_deleted_again(files: Files) -> None:
    name = await files.put(b"not for long", ".jpg")
    await files.delete(name)
    await files.delete(name)
    with pytest.raises(FileNotFoundError):
        await files.get(name)


@pytest.mark.parametrize(
    "name",
    [
        "",
        "../../etc/passwd",
        "ab/../../secret.jpg",
        "ab/" + "a" * 64 + ".jpg",
        "aa/" + "a" * 64 + ".html",
        "aa/" + "a" * 63 + ".jpg",
        "aa/" + "A" * 64 + ".jpg",
        "aa/" + "a" * 64 + ".jpg\n",
    ],
)
async def test_what_is_no_name_never_reaches_the_store(files: Files, name: str) -> None:
    assert not is_name(name)
    for ask in (files.get(name), files.size(name), files.delete(name)):
        with pytest.raises(FileNotFoundError):
            await ask
    with pytest.raises(FileNotFoundError):
        [piece async for piece in files.stream(name)]


async def test_only_what_the_darkroom_makes_is_kept(files: Files) -> None:
    with pytest.raises(ValueError, match="not a kind"):
        await files.put(b"<html>", ".html")


async def test_a_folder_never_shows_half_a_file(tmp_path: Path) -> None:
    files = Files(f"file://{tmp_path}")
    name = await files.put(b"whole", ".jpg")
    kept = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert kept == [tmp_path / name]


async def test_a_store_that_cannot_be_reached_says_so(s3: str) -> None:
    files = Files("s3://pictures/x?endpoint=http://127.0.0.1:9")
    with pytest.raises(OSError, match="store of files"):
        await files.put(b"x", ".jpg")


@pytest.mark.parametrize(
    "url", ["", "/srv/files", "http://store/files", "s3:///x", "s3://bucket/x?color=red"]
)
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="files"):
        Files(url)
