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


def described(schema: Any) -> Any:
    """The derived description, with problems, headers and languages on every operation."""
    shapes = schema["components"]["schemas"]
    shapes["Problem"] = HttpProblem.model_json_schema()
    shapes["Problem"]["properties"]["code"] |= {
        "enum": sorted(REFUSALS),
        "description": "What each means: GET /problems.",
    }
    shapes["Problem"]["properties"]["cause"]["enum"] = [cause.value for cause in Cause]
    problem = {
        "description": "What was refused, and why",
        "content": {PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    for operations in schema["paths"].values():
        for method, operation in operations.items():
            operation["parameters"] = [*operation.get("parameters", []), LANGUAGE]
            if _takes_version(operation.get("requestBody"), shapes):
                operation["parameters"].append(VERSION_SEEN)
            if method not in READING:
                for response in operation["responses"].values():
                    response["headers"] = {"Change-Set": CHANGE_SET}
            operation["responses"]["default"] = problem
    return schema


def _takes_version(body: Any, shapes: dict[str, Any]) -> bool:
    """Whether a body may say which version was looked at; then the header may as well."""
    if isinstance(body, dict):
        shape = shapes.get(str(body.get("$ref", "")).rpartition("/")[2], {})
        return "version" in shape.get("properties", {}) or any(
            _takes_version(part, shapes) for part in body.values()
        )
    return isinstance(body, list) and any(_takes_version(part, shapes) for part in body)
