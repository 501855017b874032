"""Media: photos and films, made safe, kept by their content, reached by an unguessable id.

    file = await media.keep_upload(work, upload, "IMG_0001.HEIC")  # a safe picture, not in use
    files = await media.claim_files(work, [file.id])               # now it is part of something
    url = media.large_url(file.id)

What nobody claims within a day goes. Where and when a photo was taken is read before it is
stripped, offered to the one who sent it, and published nowhere.
"""

from city.media.actions import (
    claim_files,
    close_room,
    forget_person,
    keep_bundle,
    keep_upload,
    list_kept,
    open_room,
    remove_bundle,
    size_bundle,
    stream_bundle,
    stream_file,
)
from city.media.darkroom import Darkroom
from city.media.model import File, large_url, open_url, thumb_url
from city.media.pages import routes

__all__ = [
    "Darkroom",
    "File",
    "claim_files",
    "close_room",
    "forget_person",
    "keep_bundle",
    "keep_upload",
    "large_url",
    "list_kept",
    "open_room",
    "open_url",
    "remove_bundle",
    "routes",
    "size_bundle",
    "stream_bundle",
    "stream_file",
    "thumb_url",
]
