from copy import deepcopy

import pytest

from tests.features.templates.desk import Desk, body_of
from tests.fixtures import EmptyWorld, make_empty_world, make_member
from xobito_app.core.errors import Conflict, Forbidden, Invalid, NotFound
from xobito_app.features.templates import service
from xobito_app.features.templates.writing import drafts
from xobito_app.persistence.unit_of_work import unit_of_work


async def _listed(desk: Desk, **wanted) -> list[tuple[str, str]]:
    page = await desk.do(service.list_templates, wanted=service.Wanted(**wanted))
    return [(line.name, line.status) for line in page.rows]


async def test_a_draft_keeps_itself_however_wrong_it_is(desk: Desk):
    view = await desk.write({"name": "Half", "category": "UTILITY", "components": []})
    assert (view.rev, view.is_new, view.can_submit) == (1, True, False)
    assert {problem.rule for problem in view.problems} == {
        "name.form",
        "language.form",
        "body.empty",
    }
    saved = await desk.do(drafts.save_draft, template_id=view.id, body=body_of(), rev=view.rev)
    assert (saved.rev, saved.problems, saved.can_submit) == (2, (), True)
    again = await desk.do(drafts.read_draft, template_id=view.id)
    assert again.body["components"] == body_of()["components"]
    assert ("shipping_note", "DRAFT") in await _listed(desk, status="DRAFT")
    assert await _listed(desk, search="on its way to you") == [("shipping_note", "DRAFT")]


async def test_two_people_do_not_overwrite_one_another(desk: Desk):
    view = await desk.write()
    await desk.do(drafts.save_draft, template_id=view.id, body=body_of("Hi there"), rev=view.rev)
    with pytest.raises(Conflict, match="Reload"):
        await desk.do(drafts.save_draft, template_id=view.id, body=body_of("Hi you"), rev=view.rev)
    kept = await desk.do(drafts.read_draft, template_id=view.id)
    assert kept.draft.part.body == "Hi there"
    await desk.do(drafts.save_draft, template_id=view.id, body=body_of("Hi you"))


async def test_a_name_meta_has_is_told_while_writing(desk: Desk):
    view = await desk.write(body_of("Hello to all of you", name="hello_world"))
    assert [problem.code for problem in view.problems] == ["2388024"]
    other = await desk.do(
        drafts.save_draft,
        template_id=view.id,
        body=body_of("Hello to all of you", name="hello_world", language="de"),
    )
    assert other.problems == ()
    told = await desk.do(drafts.lint_body, body=body_of("Hello to you", name="hello_world"))
    assert [problem.code for problem in told] == ["2388024"]


async def test_drafts_may_share_a_name_and_are_thrown_away(desk: Desk):
    first, second = await desk.write(), await desk.write()
    await desk.do(drafts.discard_draft, template_id=first.id)
    with pytest.raises(NotFound):
        await desk.do(drafts.read_draft, template_id=first.id)
    assert (await desk.do(drafts.read_draft, template_id=second.id)).body["name"] == (
        "shipping_note"
    )


async def test_another_version_of_what_meta_has_leaves_that_in_force(desk: Desk):
    row = await desk.named("hello_world")
    view = await desk.do(drafts.read_draft, template_id=row.id)
    assert (view.is_new, view.is_category_fixed, view.is_changed) == (False, True, False)
    body = deepcopy(view.body)
    body |= {"name": "other_name", "language": "de", "category": "MARKETING"}
    body["components"][1]["text"] = "Welcome to all of you out there."
    saved = await desk.do(drafts.save_draft, template_id=row.id, body=body, rev=view.rev)
    assert (saved.body["name"], saved.body["language"]) == ("hello_world", "en_US")
    assert (saved.body["category"], saved.is_changed) == ("UTILITY", True)
    shown = await desk.do(service.get, row.id)
    assert (shown.status, shown.has_draft) == ("APPROVED", True)
    assert shown.body.startswith("Welcome and congratulations!")
    await desk.do(drafts.discard_draft, template_id=row.id)
    assert not (await desk.do(service.get, row.id)).has_draft


async def test_a_rejected_one_may_change_its_category(desk: Desk):
    row = await desk.named("hello_world")
    await desk.line.change(row, status="REJECTED", rejected_reason="INCORRECT_CATEGORY")
    view = await desk.do(drafts.read_draft, template_id=row.id)
    assert "category is wrong" in view.rejection
    body = {**view.body, "category": "MARKETING"}
    saved = await desk.do(drafts.save_draft, template_id=row.id, body=body)
    assert saved.body["category"] == "MARKETING"


async def test_a_copy_for_another_language_keeps_the_name(desk: Desk):
    row = await desk.named("order_confirmation")
    copied = await desk.do(drafts.duplicate, template_id=row.id, language="de")
    view = await desk.do(drafts.read_draft, template_id=copied)
    assert (view.body["name"], view.body["language"]) == ("order_confirmation", "de")
    assert view.body["components"] == row.components
    assert view.problems == ()
    twin = await desk.do(drafts.duplicate, template_id=row.id, language="")
    view = await desk.do(drafts.read_draft, template_id=twin)
    assert (view.body["name"], view.body["language"]) == ("order_confirmation_copy", "en_US")


async def test_the_sample_of_a_header_is_a_file_of_the_workspace(desk: Desk):
    def with_sample(sample: str, form: str = "IMAGE") -> dict:
        header = {"type": "HEADER", "format": form, "example": {"header_handle": [sample]}}
        return body_of(components=[header, *body_of()["components"]])

    sample_id = await desk.sample()
    view = await desk.write(with_sample(f"sample:{sample_id}"))
    assert view.problems == ()
    for foreign in ("4::abc", "sample:nonsense", f"sample:{desk.line.workspace_id}"):
        view = await desk.write(with_sample(foreign))
        assert [problem.rule for problem in view.problems] == ["samples.media"], foreign
    view = await desk.write(with_sample(f"sample:{sample_id}", "VIDEO"))
    assert [problem.rule for problem in view.problems] == ["samples.media"]


async def test_texts_are_kept_far_beyond_their_limit_but_not_without_end(desk: Desk):
    view = await desk.write(body_of("x" * 100_000))
    assert len(view.draft.part.body) == drafts.LONGEST_TEXT
    assert [problem.rule for problem in view.problems] == ["body.length"]


async def test_who_may_write(desk: Desk, empty: EmptyWorld):
    viewer, manager = (
        await make_member(desk.line.world, "Viewer"),
        await make_member(desk.line.world, "Manager"),
    )
    view = await desk.line.do(drafts.start_draft, actor=manager, body=body_of())
    row = await desk.named("hello_world")
    for act, given in (
        (drafts.start_draft, {"body": body_of()}),
        (drafts.read_draft, {"template_id": view.id}),
        (drafts.save_draft, {"template_id": view.id, "body": body_of()}),
        (drafts.discard_draft, {"template_id": view.id}),
        (drafts.duplicate, {"template_id": row.id, "language": "de"}),
    ):
        with pytest.raises(Forbidden):
            await desk.line.do(act, actor=viewer, **given)
    assert await desk.line.do(drafts.lint_body, actor=viewer, body=body_of()) == ()
    with pytest.raises(Invalid, match="Connect WhatsApp first"):
        async with unit_of_work(empty.workspace_id) as uow:
            await drafts.start_draft(uow.session, empty.owner)


async def test_another_workspace_reaches_none_of_it(desk: Desk):
    view = await desk.write()
    stranger = (await make_empty_world()).owner
    async with unit_of_work(stranger.workspace_id) as uow:
        for act, given in (
            (drafts.read_draft, {}),
            (drafts.save_draft, {"body": body_of()}),
            (drafts.discard_draft, {}),
            (drafts.duplicate, {"language": "de"}),
        ):
            with pytest.raises(NotFound):
                await act(uow.session, stranger, template_id=view.id, **given)
