"""What the doctor says, to people and to machines."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from opportune.kernel.sentences import Sentence, sentence

Say = Callable[[Sentence], str]


class Severity(StrEnum):
    """An error is about the data, a warning wants somebody to act, a note is good to know."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that was found, and how often."""

    code: str
    severity: Severity
    message: Sentence
    count: int = 1


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """The version of Opportune, the engine it runs on (empty if it could not be asked), and all that was found."""

    version: str
    engine: str
    findings: Sequence[Finding]

    @property
    def well(self) -> bool:
        """Whether nothing is wrong; notes do not count."""
        return all(finding.severity == Severity.NOTE for finding in self.findings)

    def lines(self, say: Say = str) -> Iterator[str]:
        """For people: a line for each finding, and one for the whole."""
        for finding in self.findings:
            yield f"{finding.severity:<8} {finding.code:<26} {say(finding.message)}"
        if not self.engine:
            return
        where = {"version": self.version, "engine": self.engine}
        if self.well:
            yield say(sentence("Opportune {version} on {engine} is well.", **where))
        else:
            yield say(sentence("Opportune {version} on {engine} is not well.", **where))

    def as_json(self, say: Say = str) -> dict[str, Any]:
        """For machines, with sentences in somebody's language."""
        return {
            "version": self.version,
            "engine": self.engine,
            "well": self.well,
            "findings": [
                {
                    "code": finding.code,
                    "severity": finding.severity.value,
                    "count": finding.count,
                    "sentence": say(finding.message),
                }
                for finding in self.findings
            ],
        }
