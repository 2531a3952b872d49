"""Names in two languages: how they are tidied, and that none is given twice (C-066)."""

import re
from collections.abc import Iterable

from opportune.kernel.errors import Invalid
from opportune.kernel.sentences import Sentence, sentence
from opportune.kernel.text import fold, storable

LONGEST = 100
_CODE = re.compile(r"[\w.-]+")


def both_names(name_en: str, name_fr: str) -> dict[str, str]:
    """The names as they are kept; one that is blank is the other. Raises Invalid if both are, or for a long one."""
    names = {"name_en": storable(name_en).strip(), "name_fr": storable(name_fr).strip()}
    wrong: dict[str, Sentence] = {
        field: sentence("At most {longest} characters fit here.", longest=LONGEST)
        for field, name in names.items()
        if len(name) > LONGEST
    }
    if not any(names.values()):
        wrong["name_en"] = sentence("This field is required.")
    if wrong:
        raise Invalid(wrong)
    return {
        "name_en": names["name_en"] or names["name_fr"],
        "name_fr": names["name_fr"] or names["name_en"],
    }


def names_anew(
    present_en: str, present_fr: str, given_en: str | None, given_fr: str | None
) -> dict[str, str]:
    """Both names of a thing after one or both were given."""
    return {
        "name_en": present_en if given_en is None else given_en,
        "name_fr": present_fr if given_fr is None else given_fr,
    }


def demand_names_free(names: dict[str, str], taken: Iterable[tuple[str, str]]) -> None:
    """Raise Invalid for a name that another one has in either language, whatever its case and accents."""
    there = {fold(name) for both in taken for name in both}
    wrong = {
        field: sentence("“{name}” is there already.", name=name)
        for field, name in names.items()
        if fold(name) in there
    }
    if wrong:
        raise Invalid(wrong)


def demand_code(code: str, longest: int) -> None:
    """Raise Invalid for a code that is too long, or that would not fit into an address."""
    if len(code) > longest:
        raise Invalid({"code": sentence("At most {longest} characters fit here.", longest=longest)})
    if not _CODE.fullmatch(code) or not code.strip("."):
        raise Invalid({"code": sentence("A code is made of letters, digits, “_”, “-” and “.”.")})
