"""What the mails say. Plain words; the link stands on a line of its own."""

from __future__ import annotations

from dataclasses import dataclass

from xobito_app.core.text import shorten


@dataclass(frozen=True, slots=True)
class Letter:
    """A subject and the paragraphs under it."""

    subject: str
    paragraphs: tuple[str, ...]

    @property
    def text(self) -> str:
        """The body as plain text."""
        return "\n\n".join(self.paragraphs) + "\n"


def invitation_email(*, workspace: str, inviter: str, link: str) -> Letter:
    """Return the mail that brings somebody into a workspace."""
    return Letter(
        f"{_line(inviter)} invites you to {_line(workspace)}",
        (
            f"{_line(inviter)} invites you to the workspace {_line(workspace)} in Xobito, where"
            " the team answers WhatsApp together.",
            "Open this link to join. It works once, within seven days:",
            link,
            "If you did not expect this, do nothing.",
        ),
    )


def password_reset_email(*, link: str) -> Letter:
    """Return the mail with a link that sets a new password."""
    return Letter(
        "Choose a new password",
        (
            "Somebody, probably you, asked for a new password for your Xobito account.",
            "Open this link to choose one. It works once, within two hours:",
            link,
            "If it was not you, do nothing: your password stays as it is.",
        ),
    )


def webhook_disabled_email(*, url: str, reason: str, link: str) -> Letter:
    """Return the mail that tells admins of a webhook nobody answers any more."""
    return Letter(
        "A webhook was switched off",
        (
            f"Xobito no longer sends events to {url}.",
            reason,
            "When your system answers again, switch the webhook on here:",
            link,
        ),
    )


def _line(name: str) -> str:
    """Return a name fit for a header: one line, not endless."""
    return shorten(" ".join(name.split()), 80)
