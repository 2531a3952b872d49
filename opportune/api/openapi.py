"""The description of the API: what the framework derives from the routes, and what holds for all of them."""

from typing import Any

from opportune.api.problems import PROBLEM, HttpProblem
from opportune.schemas.refusals import REFUSALS, Cause

READING = {"get"}
VERSION_SEEN = {
    "in": "header",
    "name": "If-Match",
    "required": False,
    "schema": {"type": "string"},
    "description": "The version that was looked at, as the ETag has it.",
}
LANGUAGE = {
    "in": "header",
    "name": "Accept-Language",
    "required": False,
    "schema": {"type": "string", "enum": ["en", "fr"]},
    "description": "The language of sentences and names; the person’s own unless given.",
}
CHANGE_SET = {
    "description": "The change set that was written: POST /change-sets/{id}/undo takes it back.",
    "schema": {"type": "string"},
}
RETRY_AFTER = {"description": "In how many seconds to ask again.", "schema": {"type": "integer"}}

ANSWERED = {
    "400": "The request cannot be read",
    "401": "The token is missing, unknown, revoked or expired",
    "403": "This actor may not do that",
    "404": "Absent, or invisible to this actor",
    "422": "Values that cannot be accepted, by field, or a rule that forbids it now",
    "429": "More was asked than a minute allows",
}
ANSWERED_TO_WRITES = {
    "409": "Somebody was first, or the record is closed",
    "413": "The request is too large",
}


def described(schema: Any) -> Any:
    """The derived description, with problems, headers and languages on every operation."""
    shapes = schema["components"]["schemas"]
    shapes["Problem"] = HttpProblem.model_json_schema()
    shapes["Problem"]["properties"]["code"] |= {
        "enum": sorted(REFUSALS),
        "description": "What each means: GET /problems.",
    }
    shapes["Problem"]["properties"]["cause"]["enum"] = [cause.value for cause in Cause]
    for operations in schema["paths"].values():
        for method, operation in operations.items():
            operation["parameters"] = [*operation.get("parameters", []), LANGUAGE]
            if _takes_version(operation.get("requestBody"), shapes):
                operation["parameters"].append(VERSION_SEEN)
            if method not in READING:
                for response in operation["responses"].values():
                    response["headers"] = {"Change-Set": CHANGE_SET}
            refusals = ANSWERED if method in READING else {**ANSWERED, **ANSWERED_TO_WRITES}
            operation["responses"] |= {status: _problem(why) for status, why in refusals.items()}
            operation["responses"]["429"]["headers"] = {"Retry-After": RETRY_AFTER}
    return schema


def _problem(why: str) -> dict[str, Any]:
    return {"description": why, "content": {PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}}}}


def _takes_version(body: Any, shapes: dict[str, Any]) -> bool:
    """Whether a body may say which version was looked at; then the header may as well."""
    if isinstance(body, dict):
        shape = shapes.get(str(body.get("$ref", "")).rpartition("/")[2], {})
        return "version" in shape.get("properties", {}) or any(
            _takes_version(part, shapes) for part in body.values()
        )
    return isinstance(body, list) and any(_takes_version(part, shapes) for part in body)
