"""In which language something is written, so that readers aloud and browsers say it rightly.

People write in what they speak, whatever language the page is in. Marks tell most of it; a text
in Latin letters without any is told by its small words, and is otherwise the city's own language
typed without marks, or that of the page.
"""

import re

_SCRIPTS = {
    "ko": re.compile(r"[\u1100-\u11ff\uac00-\ud7af]"),
    "ja": re.compile(r"[\u3040-\u30ff]"),
    "zh": re.compile(r"[\u4e00-\u9fff]"),
    # Only letters that French does not have.
    "vi": re.compile(r"[ăđơưạảãấầẩẫậắằẳẵặẹẻẽếềểễệỉĩịọỏõốồổỗộớờởỡợụủũứừửữựýỳỵỷỹ]", re.IGNORECASE),
}
_SMALL_WORDS = {
    "en": re.compile(r"\b(the|is|are|of|and|to|in|for|what|when|where|how|do|does|can|my|it|on)\b"),
    "fr": re.compile(r"\b(le|les|des|est|une|du|et|où|que|quand|comment|pour|dans|je|mon|puis)\b"),
    "vi": re.compile(r"\b(khong|duoc|cua|nguoi|nhung|toi|cho|o|dau|bao|gio|lam|nao|voi|va|may)\b"),
}


def language_in(text: str, page: str) -> str:
    """Return the language a text is written in, as far as can be told; otherwise that of `page`."""
    for language, letters in _SCRIPTS.items():
        if letters.search(text):
            return language
    folded = text.casefold()
    counts = {code: len(small.findall(folded)) for code, small in _SMALL_WORDS.items()}
    best = max(counts, key=lambda code: (counts[code], code == page))
    return best if counts[best] >= 2 else page
