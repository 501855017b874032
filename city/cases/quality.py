"""Whether an answer says what was done, or only what somebody might do some day."""

import re
import unicodedata

_PROMISES = (
    # What Huế's residents read too often, without diacritics.
    r"se (?:de xuat|kien nghi|xem xet|nghien cuu|bao cao|tham muu|co gang|bo tri|dau tu|lap du)",
    r"se (?:kiem tra|khac phuc|xu ly|sua chua|thay the|lam|don dep) (?:trong thoi|khi|sau|som)",
    r"(?:de xuat|kien nghi) (?:cap (?:tren|co tham quyen)|ubnd|uy ban|so |thanh pho|dau tu)",
    r"(?:cho|doi|khi co|chua co|bo tri) (?:kinh phi|nguon von|ngan sach|von)",
    r"(?:da )?ghi nhan (?:y kien|phan anh|thong tin)(?! va da)",
    r"trong thoi gian (?:toi|som nhat)",
    r"dua vao ke hoach",
    # English.
    r"will (?:propose|consider|look into|study|report|recommend|be (?:considered|planned))",
    r"(?:waiting for|subject to|when there is|no) (?:budget|funds|funding|money)",
    r"(?:have|has|is|was) (?:been )?(?:noted|recorded)(?! and)",
    r"in the (?:near|coming) future",
)

_DONE = re.compile(
    r"\b(?:da (?:sua|thay|lap|don|xu ly|khac phuc|hoan thanh|thu gom|cat|va|lam xong|nhac nho|lap "
    r"bien ban|xu phat|dinh chi|thao do)|(?:was|were|has been|have been|we) (?:repaired|replaced|"
    r"cleaned|removed|fixed|collected|put|cut|filled|fined|installed|done))"
)
_PROMISE = re.compile(r"\b(?:" + "|".join(_PROMISES) + ")")


def promises_only(text: str) -> str:
    """Return the words with which an answer promises, if it says of nothing that it was done.

    Empty when the answer is fine. It reads Vietnamese with and without diacritics, and English.
    """
    plain, places = _plain(text)
    found = _PROMISE.search(plain)
    if found is None or _DONE.search(plain):
        return ""
    start, end = places[found.start()], places[found.end() - 1] + 1
    return " ".join(text[start:end].split())


def _plain(text: str) -> tuple[str, list[int]]:
    """Return the text small and without diacritics, and where each letter of it comes from."""
    letters: list[str] = []
    places: list[int] = []
    for place, letter in enumerate(text):
        for part in unicodedata.normalize("NFD", letter.lower().replace("đ", "d")):
            if not unicodedata.combining(part):
                letters.append(" " if part.isspace() else part)
                places.append(place)
    return "".join(letters), places
