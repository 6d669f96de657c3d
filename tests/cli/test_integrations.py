"""`webhook set` and `token create`, each as a process of its own."""

import os
import subprocess
import sys

import pytest

from tests.fixtures import make_empty_world
from xobito_app.cli import places
from xobito_app.features.tokens.rules import is_token
from xobito_app.features.workspaces.service import get_workspace
from xobito_app.persistence.unit_of_work import unit_of_work


def run(*arguments: str, **changes: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "xobito_app", *arguments],
        capture_output=True,
        text=True,
        env={**os.environ, **changes},
        cwd=places.ROOT,
        timeout=60,
        check=False,
    )


@pytest.fixture
async def slug(_migrated) -> str:
    world = await make_empty_world()
    async with unit_of_work() as uow:
        return (await get_workspace(uow.session, world.workspace_id)).slug


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ([], "--all, or --event"),
        (["--all", "--event", "contact.created"], "--all, or --event"),
        (["--event", "message.received"], "no event message.received"),
        (["--all", "--workspace", "nowhere"], "no workspace with the slug nowhere"),
        (["--all", "--url", "http://127.0.0.1:9/"], "XOBITO_ALLOW_PRIVATE_URLS"),
    ],
)
def test_a_webhook_that_cannot_be_is_refused_in_one_line(arguments, says, slug):
    told = run("webhook", "set", "--workspace", slug, "--url", "https://x.invalid/", *arguments)
    assert told.returncode == 2
    assert says in told.stderr
    assert (told.stderr.count("\n"), told.stdout) == (1, "")


def test_setting_a_webhook_prints_a_fresh_secret_and_nothing_else(slug):
    command = ("webhook", "set", "--workspace", slug, "--all", "--url")
    first = run(*command, "http://127.0.0.1:9/", XOBITO_ALLOW_PRIVATE_URLS="1")
    second = run(*command, "http://127.0.0.1:9/x", XOBITO_ALLOW_PRIVATE_URLS="1")
    assert (first.returncode, second.returncode) == (0, 0)
    assert len(first.stdout.strip()) == len(second.stdout.strip()) == 64
    assert first.stdout != second.stdout
    assert "refused" in first.stderr


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ([], "--all, or --ability"),
        (["--all", "--ability", "contacts.read"], "--all, or --ability"),
        (["--ability", "contacts.burn"], "no ability contacts.burn"),
        (["--all", "--rate-limit", "-1"], "requests a minute"),
        (["--all", "--rate-limit", "many"], "rate-limit"),
        (["--all", "--workspace", "nowhere"], "no workspace with the slug nowhere"),
    ],
)
def test_a_token_that_cannot_be_is_refused_in_one_line(arguments, says, slug):
    told = run("token", "create", "--workspace", slug, "--name", "ci", *arguments)
    assert told.returncode == 2
    assert says in told.stderr
    assert (told.stderr.count("\n"), told.stdout) == (1, "")


def test_creating_a_token_prints_it_and_nothing_else(slug):
    command = ("token", "create", "--workspace", slug, "--name", "ci", "--rate-limit", "0")
    told = run(*command, "--ability", "contacts.read", "--ability", "groups.read")
    assert (told.returncode, told.stderr) == (0, "")
    assert is_token(told.stdout.strip())
