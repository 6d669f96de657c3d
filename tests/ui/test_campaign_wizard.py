"""The wizard of a campaign, as a tab sees it: from a template to a launch."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlmodel import select

from tests.features.campaigns.drafts import launched, store_people, store_template
from tests.fixtures import make_member
from tests.ui.tabs import Tab, handler_name, sign_in
from xobito_app.core import clock
from xobito_app.features.contacts.records import contacts
from xobito_app.features.workspaces.service import rename_workspace
from xobito_app.models.campaigns import Campaign, CampaignRecipient, CampaignStatus
from xobito_app.persistence.unit_of_work import unit_of_work
from xobito_app.ui.pages.campaign_wizard.audience_state import AudienceState
from xobito_app.ui.pages.campaign_wizard.check_state import CheckState
from xobito_app.ui.pages.campaign_wizard.draft_state import DraftState
from xobito_app.ui.pages.campaign_wizard.filter_state import AudienceFilterState
from xobito_app.ui.pages.campaign_wizard.launch_state import LaunchState
from xobito_app.ui.pages.campaign_wizard.template_state import TemplateStepState
from xobito_app.ui.pages.campaign_wizard.variables_state import VariablesState

DRAFT, TEMPLATES, AUDIENCE = "draft_state", "template_step_state", "audience_state"
FILTER = "audience_filter_state"
VARIABLES, CHECK, LAUNCH = "variables_state", "check_state", "launch_state"
LOADS = (
    DraftState,
    TemplateStepState,
    AudienceState,
    AudienceFilterState,
    VariablesState,
    CheckState,
    LaunchState,
)


class Wizard:
    """A tab with the wizard open."""

    def __init__(self, tab: Tab) -> None:
        self.tab = tab

    async def go(self, campaign_id: str, step: str = "template", **query: str) -> None:
        self.tab.path = f"/campaigns/{campaign_id}/edit" if campaign_id else "/campaigns/new"
        self.tab.query = {"step": step, **query}
        for state in LOADS:
            await self.tab.send(handler_name(state.load))

    async def do(self, handler, **payload) -> None:
        await self.tab.send(handler_name(handler), **payload)

    def see(self, state: str, name: str):
        return self.tab.value(state, name)


@pytest.fixture
async def wizard(server, line):
    owner = line.world.owner
    return Wizard(Tab(server, "owner", await sign_in(owner.user_id, owner.workspace_id)))


async def campaign(line) -> Campaign:
    async with unit_of_work(line.workspace_id) as uow:
        return (await uow.session.exec(select(Campaign))).one()


async def begun(wizard, line) -> str:
    """Choose a template in a new campaign and return its id."""
    await wizard.go("")
    await wizard.do(TemplateStepState.choose, template_id=str(await store_template(line)))
    return str((await campaign(line)).id)


async def people(line) -> list[str]:
    """Make two contacts, Person 0 and Person 1."""
    return [str(one) for one in await store_people(line, 2)]


async def test_a_campaign_begins_with_its_template_and_fills_what_names_say(wizard, line):
    campaign_id = await begun(wizard, line)
    kept = await campaign(line)
    assert kept.status == CampaignStatus.DRAFT
    assert kept.template_name == "bienvenida"
    assert kept.number_id == line.world.number_id
    assert kept.variables == {"body.1": {"field": "contact.first_name"}}
    assert f"/campaigns/{campaign_id}/edit" in wizard.tab.scripts
    assert wizard.see(DRAFT, "saved").startswith("Saved ")


async def test_from_a_template_to_a_launch(wizard, line):
    first, second = await people(line)
    campaign_id = await begun(wizard, line)
    await wizard.go(campaign_id, "audience")
    await wizard.do(AudienceState.choose_way, way="picked")
    for one in (first, second):
        await wizard.do(AudienceState.pick, contact_id=one)
    assert [row.name for row in wizard.see(AUDIENCE, "picked")] == ["Person 0", "Person 1"]
    await wizard.go(campaign_id, "check")
    card = wizard.see(CHECK, "card")
    assert card.sentence == "2 people: 2 will get it, 0 will not."
    assert wizard.see(DRAFT, "phone").who == "For Person 0 (1 of 2)"
    assert "Person" in wizard.see(DRAFT, "paper").body
    await wizard.do(DraftState.leaf, by=1)
    assert wizard.see(DRAFT, "phone").who == "For Person 1 (2 of 2)"
    await wizard.do(DraftState.leaf, by=1)
    assert wizard.see(DRAFT, "phone").who == "For Person 1 (2 of 2)"
    await wizard.go(campaign_id, "launch")
    await wizard.do(LaunchState.launch, form={})
    assert (await campaign(line)).status == CampaignStatus.SENDING
    async with unit_of_work(line.workspace_id) as uow:
        frozen = (await uow.session.exec(select(CampaignRecipient))).all()
    assert sorted(row.values["body.1"] for row in frozen) == ["Person", "Person"]
    assert "xobito.offerUndo" in wizard.tab.scripts


async def test_who_is_left_out_is_listed_with_the_reason(wizard, line):
    first, second = await people(line)
    await line.do(contacts.update_contact, contact_id=UUID(second), draft={"opted_out": True})
    campaign_id = await begun(wizard, line)
    await wizard.go(campaign_id, "audience")
    for one in (first, second):
        await wizard.do(AudienceState.pick, contact_id=one)
    await wizard.go(campaign_id, "check")
    assert wizard.see(CHECK, "card").sentence == "2 people: 1 will get it, 1 will not."
    assert [(row.id, row.count) for row in wizard.see(CHECK, "card").excluded] == [
        ("opted_out", "1")
    ]
    assert [row.name for row in wizard.see(CHECK, "rows")] == ["Person 1"]
    await wizard.go(campaign_id, "check", reason="duplicate")
    assert wizard.see(CHECK, "rows") == []


async def test_a_variable_is_kept_once_it_says_something(wizard, line):
    campaign_id = await begun(wizard, line)
    await wizard.go(campaign_id, "variables")
    row = wizard.see(VARIABLES, "rows")[0]
    assert (row.kind, row.field) == ("field", "contact.first_name")
    await wizard.do(VariablesState.choose_kind, key="body.1", kind="value")
    assert (await campaign(line)).variables == {"body.1": {"field": "contact.first_name"}}
    await wizard.do(VariablesState.write, key="body.1", part="text", text="friend")
    assert (await campaign(line)).variables == {"body.1": {"value": "friend"}}
    await wizard.do(VariablesState.write, key="body.1", part="text", text=" ")
    assert (await campaign(line)).variables == {}
    assert [step.problem != "" for step in wizard.see(DRAFT, "steps")] == [
        False,
        True,
        True,
        False,
        False,
    ]


async def test_what_is_missing_is_said_instead_of_a_check(wizard, line):
    campaign_id = await begun(wizard, line)
    await wizard.go(campaign_id, "check")
    assert wizard.see(CHECK, "missing") == "Choose who gets it."
    await wizard.do(LaunchState.launch, form={})
    assert (await campaign(line)).status == CampaignStatus.DRAFT
    assert wizard.see(LAUNCH, "errors") == {"audience": "Choose who gets it."}


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("canary", "many", "Write a number of people, or leave it empty."),
        ("spend_cap", "-3", "Write an amount above 0, or leave it empty."),
        ("scheduled_at", "2001-01-01T10:00", "Choose a time to come."),
    ],
)
async def test_a_setting_that_breaks_its_rule_is_told_at_its_field(wizard, line, name, text, words):
    await wizard.go(await begun(wizard, line), "launch")
    await wizard.do(LaunchState.keep, name=name, text=text)
    assert wizard.see(LAUNCH, "errors") == {name: words}


async def test_a_setting_is_kept_as_it_is_written(wizard, line):
    await wizard.go(await begun(wizard, line), "launch")
    await wizard.do(LaunchState.keep, name="canary", text="20")
    await wizard.do(LaunchState.keep, name="spend_cap", text="12,50")
    kept = await campaign(line)
    assert (kept.canary, str(kept.spend_cap)) == (20, "12.5000")
    await wizard.do(LaunchState.keep, name="canary", text="")
    assert (await campaign(line)).canary == 0


async def test_a_campaign_that_is_gone_or_has_begun_says_so(wizard, line):
    await wizard.go(str(uuid4()))
    assert wizard.see(DRAFT, "stage") == "missing"
    campaign_id = await begun(wizard, line)
    await line.change(await campaign(line), status=CampaignStatus.COMPLETED)
    await wizard.go(campaign_id)
    assert wizard.see(DRAFT, "stage") == "begun"


async def test_who_may_only_look_makes_no_draft(server, line):
    viewer = await make_member(line.world, "Viewer")
    wizard = Wizard(Tab(server, "viewer", await sign_in(viewer.user_id, viewer.workspace_id)))
    await wizard.go("")
    await wizard.do(TemplateStepState.choose, template_id=str(await store_template(line)))
    async with unit_of_work(line.workspace_id) as uow:
        assert (await uow.session.exec(select(Campaign))).all() == []


@pytest.mark.parametrize(
    ("typed", "moment"),
    [
        # Planned in winter for after the clocks are put forward, and the other way round.
        ("2027-06-01T09:00", "2027-06-01T07:00"),
        ("2027-12-01T09:00", "2027-12-01T08:00"),
        # The last minute before, and the first one after each change.
        ("2027-03-28T01:59", "2027-03-28T00:59"),
        ("2027-03-28T03:00", "2027-03-28T01:00"),
        ("2027-10-31T03:00", "2027-10-31T02:00"),
        # It comes twice that night: the first is meant, which is still summer time.
        ("2027-10-31T02:30", "2027-10-31T00:30"),
    ],
)
async def test_a_time_is_the_same_on_the_wall_whatever_the_clocks_do(wizard, line, typed, moment):
    await line.do(rename_workspace, name="Bakery", time_zone="Europe/Vienna", country="AT")
    await wizard.go(await begun(wizard, line), "launch")
    await wizard.do(LaunchState.keep, name="scheduled_at", text=typed)
    kept = (await campaign(line)).scheduled_at
    assert f"{kept:%Y-%m-%dT%H:%M}" == moment
    assert wizard.see(DRAFT, "card").scheduled == typed


async def test_a_time_that_does_not_exist_is_refused(wizard, line):
    await line.do(rename_workspace, name="Bakery", time_zone="Europe/Vienna", country="AT")
    await wizard.go(await begun(wizard, line), "launch")
    await wizard.do(LaunchState.keep, name="scheduled_at", text="2027-03-28T02:30")
    told = "The clocks are put forward then: this time does not exist."
    assert wizard.see(LAUNCH, "errors") == {"scheduled_at": told}
    assert (await campaign(line)).scheduled_at is None


async def test_a_scheduled_one_is_changed_here_and_stays_scheduled(wizard, line):
    people = await store_people(line, 2)
    run = await launched(line, scheduled_at=clock.now() + timedelta(days=2))
    await wizard.go(str(run.campaign_id), "audience")
    assert wizard.see(DRAFT, "card").scheduled_words.startswith("Scheduled for")
    await wizard.do(AudienceState.pick, contact_id=str(people[0]))
    assert (wizard.see(DRAFT, "card").is_scheduled, await run.states()) == (True, {"queued": 1})
    # Nobody is left: it can go out no more, and that is said.
    await wizard.do(AudienceState.pick, contact_id=str(people[0]))
    card = wizard.see(DRAFT, "card")
    assert (card.is_scheduled, card.scheduled_words) == (False, "")
    assert card.reason == "It is not scheduled any more. Choose who gets it."
    assert card.reason in "".join(wizard.tab.scripts)


async def test_whoever_fits_a_filter_of_the_contact_list_is_meant(wizard, line):
    people = await store_people(line, 3, group="VIP")
    facts = ((people[0], {"country": "DE"}), (people[1], {"country": "DE", "opted_out": True}))
    for contact_id, draft in facts:
        await line.do(contacts.update_contact, contact_id=contact_id, draft=draft)
    campaign_id = await begun(wizard, line)
    await wizard.go(campaign_id, "audience")
    await wizard.do(AudienceState.choose_way, way="filter")
    assert [name for _, name in wizard.see(FILTER, "groups")] == ["VIP"]
    given = {"country": "de", "opted_out": "", "status": "", "field.nothing": ""}
    await wizard.do(AudienceFilterState.narrow_more, form=given)
    assert wizard.see(FILTER, "count_words") == "2 contacts fit."
    assert [chip.text for chip in wizard.see(FILTER, "chips")] == ["from Germany"]
    kept = (await campaign(line)).audience
    assert kept == {"contact_filter": {"country": "DE"}}
    await wizard.do(AudienceFilterState.narrow, name="opted_out", value="no")
    assert wizard.see(FILTER, "count_words") == "1 contact fits."
    # The steps after it and the next visit know the same.
    await wizard.go(campaign_id, "check")
    assert wizard.see(CHECK, "card").sentence == "1 person: 1 will get it, 0 will not."
    await wizard.go(campaign_id, "audience")
    assert wizard.see(AUDIENCE, "way") == "filter"
    assert {chip.name for chip in wizard.see(FILTER, "chips")} == {"country", "opted_out"}


async def test_without_any_filter_nobody_is_meant_rather_than_everybody(wizard, line):
    await store_people(line, 2)
    campaign_id = await begun(wizard, line)
    await wizard.go(campaign_id, "audience")
    await wizard.do(AudienceFilterState.narrow, name="q", value="5550001")
    assert wizard.see(FILTER, "count_words") == "1 contact fits."
    await wizard.do(AudienceFilterState.narrow, name="q", value="")
    assert (await campaign(line)).audience == {}
    assert wizard.see(FILTER, "count_words") == ""
    await wizard.do(AudienceState.choose_way, way="everyone")
    assert (await campaign(line)).audience == {"contact_filter": {}}
    await wizard.go(campaign_id, "audience")
    assert wizard.see(AUDIENCE, "way") == "everyone"
