"""Errors as RFC 9457 problem details: a stable code, a sentence that says what to do, a request id."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from tillstream_operations.descriptions import describe
from tillstream_operations.requests import HEADER, request_id

MEDIA_TYPE = "application/problem+json"
NO_OBJECT = ("missing", "dict_type", "model_type", "model_attributes_type")
log = structlog.get_logger(__name__)


class Problem(Exception):
    """A refusal with an HTTP status: `code` never changes its meaning, `detail` says what to do."""

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        *,
        errors: Sequence[Mapping[str, str]] = (),
        headers: Mapping[str, str] | None = None,
        **facts: Any,
    ) -> None:
        super().__init__(detail)
        self.status, self.code, self.detail = status, code, detail
        self.errors, self.headers, self.facts = errors, headers, facts

    def body(self) -> dict[str, Any]:
        """The members of the answer's JSON object; `errors` name a field each."""
        members: dict[str, Any] = {
            "type": f"urn:problem-type:tillstream:{self.code}",
            "title": HTTPStatus(self.status).phrase,
            "status": self.status,
            "code": self.code,
            "detail": self.detail,
            "request_id": request_id(),
            **self.facts,
        }
        if self.errors:
            members["errors"] = list(self.errors)
        return members

    def response(self) -> JSONResponse:
        """The answer itself."""
        return JSONResponse(self.body(), self.status, headers=self.headers, media_type=MEDIA_TYPE)


def answer_with_problems(app: FastAPI) -> None:
    """Let every error of `app` leave as a problem document, also those that nobody foresaw; its description says so."""
    describe(app)

    @app.exception_handler(Problem)
    async def _refused(_: Request, problem: Problem) -> JSONResponse:
        return problem.response()

    @app.exception_handler(RequestValidationError)
    async def _invalid(_: Request, error: RequestValidationError) -> JSONResponse:
        return _invalid_request(error).response()

    @app.exception_handler(HTTPException)
    async def _http(_: Request, error: HTTPException) -> JSONResponse:
        code = HTTPStatus(error.status_code).phrase.lower().replace(" ", "_")
        return Problem(error.status_code, code, str(error.detail), headers=error.headers).response()

    @app.exception_handler(Exception)
    async def _unforeseen(_: Request, error: Exception) -> JSONResponse:
        log.error("request_failed", exc_info=error, request_id=request_id())
        detail = "Something went wrong on our side. Retry with the same Idempotency-Key; nothing is done twice."
        sent_back = {HEADER: request_id()}  # this answer leaves outside of RequestIds
        return Problem(500, "internal_error", detail, headers=sent_back).response()


def _invalid_request(error: RequestValidationError) -> Problem:
    fields = [_fault(item) for item in error.errors()[:20]]
    named = ", ".join(sorted({item["field"] for item in fields}))
    return Problem(422, "invalid_request", f"Correct these fields and send again: {named}.", errors=fields)


def _fault(item: Mapping[str, Any]) -> dict[str, str]:
    if item["type"] == "json_invalid":  # its location is a place in the text, no field
        return {"field": "body", "message": f"This is not JSON: {item['ctx']['error']}."}
    if tuple(item["loc"]) == ("body",) and item["type"] in NO_OBJECT:
        return {"field": "body", "message": "Send a JSON object, with `Content-Type: application/json`."}
    return {"field": _field(item["loc"]), "message": item["msg"]}


def _field(location: Sequence[int | str]) -> str:
    """`("body", "items", 0, "quantity")` as `items[0].quantity`."""
    path = ""
    for part in location[1:] or location:
        path += f"[{part}]" if isinstance(part, int) else f".{part}"
    return path.lstrip(".")
