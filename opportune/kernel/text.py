"""Text as it is kept, and as it is compared: without case and without accents."""

import unicodedata

_LETTERS = str.maketrans({"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ł": "l", "ı": "i", "’": "'"})


def storable(text: str) -> str:
    """`text` without what PostgreSQL cannot keep: NUL, and halves of characters."""
    return text.replace("\0", "").encode(errors="ignore").decode()


def fold(text: str) -> str:
    """`text` for sorting and searching: "Équipement Œuvré" and "equipement oeuvre" fold alike."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    decomposed = unicodedata.normalize("NFKD", plain.translate(_LETTERS))
    bare = "".join(character for character in decomposed if not unicodedata.combining(character))
    return " ".join(bare.translate(_LETTERS).split())
