"""Answering: a shape as JSON, with the record's version as its tag."""

from http import HTTPStatus

from django.http import HttpResponse
from pydantic import BaseModel

ROOT = "/api/v1"
JSON = "application/json; charset=utf-8"


def answer(body: BaseModel, *, version: int | None = None) -> HttpResponse:
    """A shape as JSON; `version` becomes the `ETag`."""
    response = HttpResponse(body.model_dump_json(), content_type=JSON)
    if version is not None:
        response.headers["ETag"] = f'"{version}"'
    return response


def made(response: HttpResponse, address: str = "") -> HttpResponse:
    """The answer to a creation; `address` says where below the API's root the new record is."""
    response.status_code = HTTPStatus.CREATED
    if address:
        response.headers["Location"] = f"{ROOT}/{address}"
    return response
