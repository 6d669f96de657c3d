"""Answers that are drawn: flows, the talks that run on them, and the order in which bots answer."""

from __future__ import annotations

from datetime import timedelta

from xobito_app.core.events import BotMessagesSettled, MessageReceived, PersonTookChat
from xobito_app.core.feature import Feature, Job, Subscription
from xobito_app.features.flows.job_types import FLOWS_REQUEST, FLOWS_RUN
from xobito_app.features.flows.retention import drop_old
from xobito_app.features.flows.running.hearing import hear_message, hear_person, hear_settled
from xobito_app.features.flows.running.requests import ask_due, sweep as sweep_requests
from xobito_app.features.flows.running.run import run, sweep

FEATURE = Feature(
    "flows",
    listeners=(
        Subscription(MessageReceived, hear_message),
        Subscription(PersonTookChat, hear_person),
        Subscription(BotMessagesSettled, hear_settled),
    ),
    jobs=(
        Job(FLOWS_RUN, run, sweep=sweep, every=timedelta(seconds=2), is_merged=False),
        Job(FLOWS_REQUEST, ask_due, sweep=sweep_requests, every=timedelta(seconds=5)),
    ),
    retention=(drop_old,),
    log_areas={"flow": "Flows"},
    log_words={
        "flow.created": "drew the flow {name}",
        "flow.renamed": "renamed a flow to {name}",
        "flow.deleted": "deleted the flow {name}",
        "flow.published": "published the flow {name}",
        "flow.unpublished": "switched off the flow {name}",
        "flow.rolled_back": "took the flow {name} back to version {other}",
        "flow.taken_over": "took over a chat from a bot",
        "flow.given_back": "gave a chat back to the bots",
        "flow.stopped": "stopped the bot in a chat",
    },
)
