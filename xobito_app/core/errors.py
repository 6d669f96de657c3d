"""The few kinds of failure there are; every entrypoint translates them in its own way."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import ParamSpec, TypeVar, cast

P = ParamSpec("P")
R = TypeVar("R")


class AppError(Exception):
    """A failure with a sentence for the person who caused it.

    Attributes:
        message: One sentence in the user's words that says what to do.
        status: The HTTP status an HTTP endpoint answers with.
    """

    status = 500

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class Invalid(AppError):
    """The request is understood but breaks a rule; the message is shown to the user.

    Attributes:
        fields: Field name to sentences, for forms and REST answers.
    """

    status = 422

    def __init__(self, message: str, fields: Mapping[str, list[str]] | None = None) -> None:
        super().__init__(message)
        self.fields = dict(fields or {})

    @classmethod
    def field(cls, name: str, sentence: str) -> Invalid:
        """Build the error for one field, whose sentence is also the message."""
        return cls(sentence, {name: [sentence]})


class Findings:
    """What is wrong with a form, collected so that all of it is told at once."""

    def __init__(self) -> None:
        self._fields: dict[str, list[str]] = {}

    def add(self, name: str, sentence: str) -> None:
        """Note what is wrong with a field."""
        self._fields.setdefault(name, []).append(sentence)

    def expect(self, holds: object, name: str, sentence: str) -> None:
        """Note what is wrong with a field unless it holds."""
        if not holds:
            self.add(name, sentence)

    def read(self, reading: Callable[P, R], *args: P.args, **given: P.kwargs) -> R:
        """Return what a reading makes of a field; what it objects to is noted instead.

        Nothing may be done with the value before `check` has let it pass.
        """
        try:
            return reading(*args, **given)
        except Invalid as error:
            for name, sentences in (error.fields or {"form": [error.message]}).items():
                self._fields.setdefault(name, []).extend(sentences)
            return cast(R, None)

    def check(self) -> None:
        """Let what is right pass.

        Raises:
            Invalid: Something is wrong; its message is the first sentence.
        """
        if self._fields:
            raise Invalid(next(iter(self._fields.values()))[0], self._fields)


class NotFound(AppError):
    """The thing is missing, or not this workspace's or person's to see: both look the same."""

    status = 404


class Forbidden(AppError):
    """The person is known but lacks a permission."""

    status = 403


class Unauthenticated(AppError):
    """Nobody is signed in, or the session has ended."""

    status = 401


class Conflict(AppError):
    """Somebody else changed the same thing first."""

    status = 409


class TooMany(AppError):
    """Too many tries; `retry_after` says in how many seconds another is welcome."""

    status = 429

    def __init__(self, message: str, retry_after: int) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class TooLarge(AppError):
    """The body or file is over its limit."""

    status = 413


class Unavailable(AppError):
    """A neighbour (database, Redis, Meta) does not answer right now."""

    status = 503
