"""The command line as a whole: which commands there are, and how their failures are told."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import import_module

import typer
from pydantic import ValidationError
from typer._click import exceptions as click

from xobito_app.core.errors import AppError

EXIT_BAD_INPUT = 2

# Name (maybe of two words), module and function; hidden ones are the supervisor's to start.
_COMMANDS = (
    ("run", "run", "run", False),
    ("web", "roles", "web", False),
    ("worker", "roles", "worker", False),
    ("beat", "roles", "beat", False),
    ("simulator", "roles", "simulator", False),
    ("migrate", "migrate", "migrate", False),
    ("build", "build", "build", False),
    ("backup", "backup", "backup", False),
    ("restore", "backup", "restore", False),
    ("workspace create", "workspace", "create", False),
    ("whatsapp connect", "whatsapp", "connect", False),
    ("token create", "token", "create", False),
    ("webhook set", "webhook", "set_webhook", False),
    ("doctor", "doctor", "doctor", False),
    ("demo", "demo", "demo", False),
    ("supervise", "supervise", "supervise", True),
    ("embedded-postgres", "embedded_servers", "run_postgres", True),
    ("embedded-valkey", "embedded_servers", "run_valkey", True),
)

_GROUPS = {
    "workspace": "Make workspaces.",
    "whatsapp": "Connect a WhatsApp Business Account.",
    "token": "Keys to the REST API.",
    "webhook": "Tell other systems about contacts.",
}


def build() -> typer.Typer:
    """Return the Typer application with every command."""
    application = typer.Typer(
        name="xobito",
        help="Xobito: a self-hosted WhatsApp Business team workspace.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )
    groups: dict[str, typer.Typer] = {}
    for name, module, function, hidden in _COMMANDS:
        command = getattr(import_module(f"xobito_app.cli.{module}"), function)
        group, _, word = name.rpartition(" ")
        if group and group not in groups:
            groups[group] = typer.Typer(help=_GROUPS[group], no_args_is_help=True)
            application.add_typer(groups[group], name=group)
        groups.get(group, application).command(word, hidden=hidden)(command)
    return application


def run_command(arguments: Sequence[str]) -> int:
    """Run one command and return its exit code; every failure is one line on standard error."""
    try:
        result = build()(args=list(arguments), prog_name="xobito", standalone_mode=False)
    except AppError as error:
        return _refuse(error.message)
    except ValidationError as error:
        return _refuse(_wrong_variables(error))
    except click.UsageError as error:
        return _refuse(_wrong_usage(error))
    except click.ClickException as error:
        return _refuse(error.format_message())
    except (typer.Abort, KeyboardInterrupt):
        return 130
    return result if isinstance(result, int) else 0


def _refuse(sentence: str) -> int:
    print(f"xobito: {' '.join(sentence.split())}", file=sys.stderr)
    return EXIT_BAD_INPUT


def _wrong_usage(error: click.UsageError) -> str:
    command = error.ctx.command_path if error.ctx else "xobito"
    message = error.format_message()
    if "unexpected extra argument" in message:
        # The stray word may be half of a secret that was not quoted.
        message = "There are more arguments than the command takes."
    return f"{message} See '{command} --help'."


def _wrong_variables(error: ValidationError) -> str:
    """Name the variables and rules; the values stay unsaid, they may be secrets."""
    return "; ".join(
        f"{'.'.join(str(part) for part in problem['loc'])}: {problem['msg']}"
        for problem in error.errors(include_input=False, include_url=False)
    )
