"""The few kinds of failure there are; every entrypoint translates them in its own way."""

from __future__ import annotations

from collections.abc import Mapping


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
