"""Walking a graph: one input, the nodes it leads through, and where the talk stands afterwards.

Pure: the same session, input and scene give the same steps and effects, whoever walks: the live
chats, the test panel, and the tests.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from xobito_app.core.errors import Invalid
from xobito_app.features.flows.engine.effects import Effect, EffectKind
from xobito_app.features.flows.engine.graph import Graph, Node
from xobito_app.features.flows.engine.inputs import (
    Begin,
    Choice,
    Input,
    Message,
    Result,
    Returned,
    Stop,
    TakenOver,
    Timer,
)
from xobito_app.features.flows.engine.node import (
    FAILED,
    TIMEOUT,
    Call,
    Finish,
    Go,
    Outcome,
    Pause,
)
from xobito_app.features.flows.engine.scene import Scene
from xobito_app.features.flows.engine.session import (
    LONGEST_MEMORY,
    Asked,
    Frame,
    Session,
    SessionStatus,
    Step,
    Wait,
    WaitKind,
)
from xobito_app.features.flows.engine.turn import Turn, is_same_second
from xobito_app.whatsapp import payloads

MOST_STEPS = 100
"""Nodes of one turn; a flow that needs more goes round and round."""
MOST_TURNS = 1_000
"""Turns of one talk."""
DEEPEST = 10
"""Flows that may have called one another."""
EXPIRED_CHOICE = "This choice is no longer open."
_NEEDS_PEOPLE = (FAILED, "invalid", "none")
"""Ports that, without an edge, lead to people instead of to silence."""


@dataclass(frozen=True, slots=True)
class Turned:
    """A turn that is over."""

    session: Session
    effects: tuple[Effect, ...]
    steps: tuple[Step, ...]


def resume(session: Session, given: Input, scene: Scene) -> Turned:
    """Take one input of a talk.

    What is nothing to the talk changes nothing but the count of its turns.
    """
    turn = Turn(session.copy(), given, scene)
    turn.session.turn += 1
    _Walk(turn).take(given)
    return Turned(turn.session, tuple(turn.effects), tuple(turn.steps))


class _Walk:
    """The way through one turn."""

    def __init__(self, turn: Turn) -> None:
        self.turn = turn
        self.session = turn.session

    @property
    def graph(self) -> Graph | None:
        return self.turn.scene.library.graphs.get(self.session.version)

    def take(self, given: Input) -> None:
        if not self.session.status.is_live:
            return
        if isinstance(given, Stop):
            self._over(SessionStatus.STOPPED, given.reason)
        elif self.graph is None:
            self._give_up("The flow this talk ran on no longer exists.")
        elif self.session.turn > MOST_TURNS:
            self._give_up(f"The talk had {MOST_TURNS:,} turns.")
        elif isinstance(given, Begin):
            self._go_on(self._enter(self.graph.start))
        elif isinstance(given, TakenOver):
            self._take_over(given)
        elif isinstance(given, Returned):
            self._give_back(given)
        elif self.session.status is SessionStatus.HANDED_OVER and not isinstance(given, Result):
            # People have the chat: what is said there is said to them.
            return
        elif isinstance(given, Choice):
            self._press(given)
        else:
            self._hear(given)

    # What came

    def _take_over(self, given: TakenOver) -> None:
        if self.session.status is SessionStatus.HANDED_OVER:
            return
        self.session.status = SessionStatus.HANDED_OVER
        node = self._stand_at(self.session.wait.node) if self.session.wait else None
        self.turn.note_step(node.kind if node else "", "", f"{given.by} took over")

    def _give_back(self, given: Returned) -> None:
        """Go on where the talk stood: a question is put again, as much was said since."""
        wait = self.session.wait
        if self.session.status is not SessionStatus.HANDED_OVER or wait is None:
            return
        self.session.status = SessionStatus.ACTIVE
        if wait.kind is WaitKind.PERSON:
            self._hear(given)
        elif wait.kind is WaitKind.ANSWER and (node := self._stand_at(wait.node)):
            self._go_on((node, self._try(lambda: node.data.enter(self.turn))))

    def _hear(self, given: Message | Timer | Result | Returned) -> None:
        wait = self.session.wait
        if wait is None or not self._concerns(wait, given):
            if isinstance(given, Result) and not given.is_done:
                self._refused(given)
            elif isinstance(given, Message) and wait:
                self._let_pass(wait, given)
            return
        node = self._stand_at(wait.node)
        if node is None:
            self._give_up("The node this talk waited at no longer exists.")
            return
        outcome = self._try(lambda: node.data.answer(self.turn, wait, given))
        if isinstance(given, Message) and outcome is not None:
            # Whoever presses the button again after this means it.
            self.session.pressed = ""
        if outcome is None:
            if isinstance(given, Message):
                self.turn.note_step(node.kind, "", "is no answer to this")
            return
        self._go_on((node, outcome))

    def _concerns(self, wait: Wait, given: Message | Timer | Result | Returned) -> bool:
        match given:
            case Timer(token):
                return token == wait.token
            case Result(key):
                return key == self.turn.key_of(wait.token)
            case Returned(token):
                return token == wait.token
        if wait.kind not in (WaitKind.ANSWER, WaitKind.TIMER):
            return False
        return not is_same_second(wait, given.at)

    def _let_pass(self, wait: Wait, given: Message) -> None:
        """Leave a message that answers nothing; a trace of why is kept."""
        node = self._stand_at(wait.node)
        if node is None or wait.kind is WaitKind.PERSON:
            return
        hasty = is_same_second(wait, given.at)
        why = (
            "was written in the same second, before the question could be read"
            if hasty
            else "came while something else is going on"
        )
        self.turn.note_step(node.kind, "", why)

    def _refused(self, given: Result) -> None:
        """A message nobody waited for was refused: people take over, and read why."""
        self._give_up(f"A message of the bot did not go out: {given.why}")

    def _press(self, given: Choice) -> None:
        pressed = f"{given.token}.{given.port}"
        if pressed == self.session.pressed:
            return
        wait = self.session.wait
        if wait is None or wait.token != given.token:
            wait = self._earlier(given)
        if wait is None:
            self._expired()
            return
        node = self._stand_at(wait.node)
        if node is None or given.port not in node.data.ports:
            self._expired()
            return
        self.session.pressed = pressed
        outcome = self._try(lambda: node.data.answer(self.turn, wait, given))
        if outcome is not None:
            self._go_on((node, outcome))

    def _earlier(self, given: Choice) -> Wait | None:
        """Return the wait of a question asked before: the talk goes on from there again."""
        for asked in self.session.asked:
            if asked.token == given.token and asked.version == self.session.version:
                return Wait(asked.node, asked.token, WaitKind.ANSWER)
        return None

    def _expired(self) -> None:
        """Say that a button leads nowhere now, and ask again what is open."""
        wait = self.session.wait
        if not self.turn.scene.is_window_open:
            return
        self.turn.send(payloads.text(payloads.ANYBODY, EXPIRED_CHOICE))
        node = self._stand_at(wait.node) if wait and wait.kind is WaitKind.ANSWER else None
        if node is None:
            return
        self._go_on((node, self._try(lambda: node.data.enter(self.turn))))

    # Going on

    def _go_on(self, entered: tuple[Node, Outcome | None] | None) -> None:
        """Follow outcomes until the talk waits or is over."""
        while entered is not None:
            node, outcome = entered
            if len(self.turn.steps) >= MOST_STEPS:
                self._give_up(f"The flow took {MOST_STEPS} steps without waiting for anybody.")
                return
            match outcome:
                case Pause():
                    self._pause(node, outcome)
                    return
                case Call():
                    entered = self._call(node, outcome)
                case Finish():
                    self._step(node, "", outcome.why)
                    entered = self._return()
                case Go():
                    self._step(node, outcome.port, outcome.why)
                    entered = self._leave(node, outcome)
                case None:
                    return

    def _leave(self, node: Node, out: Go) -> tuple[Node, Outcome | None] | None:
        graph = self.graph
        to = graph.ways.get(node.id, {}).get(out.port) if graph else None
        if to is not None:
            return self._enter(to)
        if out.port in _NEEDS_PEOPLE:
            self._give_up(f"“{node.data.title or node.data.noun}”: {out.why or 'it failed'}")
            return None
        if out.port == TIMEOUT and not self.session.stack:
            self._over(SessionStatus.EXPIRED, "Nobody answered in time.")
            return None
        return self._return()

    def _enter(self, node_id: str) -> tuple[Node, Outcome | None] | None:
        node = self._stand_at(node_id)
        if node is None:
            self._give_up("The flow has no node to begin with.")
            return None
        self.session.wait = None
        return node, self._try(lambda: node.data.enter(self.turn))

    def _stand_at(self, node_id: str) -> Node | None:
        graph = self.graph
        node = graph.by_id.get(node_id) if graph else None
        if node is not None and graph is not None:
            self.turn.node = node.id
            self.turn.wired = graph.ways.get(node.id, {}).keys()
        return node

    @staticmethod
    def _try(act: Callable[[], Outcome | None]) -> Outcome | None:
        try:
            return act()
        except Invalid as error:
            return Go(FAILED, error.message)

    def _pause(self, node: Node, pause: Pause) -> None:
        wait = pause.wait
        self.session.wait = wait
        if wait.kind is WaitKind.PERSON:
            self.session.status = SessionStatus.HANDED_OVER
        if wait.kind is WaitKind.ANSWER and all(a.token != wait.token for a in self.session.asked):
            asked = Asked(wait.token, node.id, self.session.version)
            self.session.asked = (*self.session.asked, asked)[-LONGEST_MEMORY:]
        self._step(node, "", pause.why or "waits")

    def _call(self, node: Node, call: Call) -> tuple[Node, Outcome | None] | None:
        self._step(node, "", call.why)
        called = self.turn.scene.library.graphs.get(call.version)
        if called is None or len(self.session.stack) >= DEEPEST:
            self._give_up(f"More than {DEEPEST} flows call one another.")
            return None
        self.session.stack = (*self.session.stack, Frame(self.session.version, node.id))
        self.session.version = call.version
        return self._enter(called.start)

    def _return(self) -> tuple[Node, Outcome | None] | None:
        """Go back to the flow that called this one, or end."""
        if not self.session.stack:
            self._over(SessionStatus.ENDED, "")
            return None
        *stack, frame = self.session.stack
        self.session.stack, self.session.version = tuple(stack), frame.version
        node = self._stand_at(frame.node)
        if node is None:
            self._give_up("The flow that called this one no longer exists.")
            return None
        return node, Go("next", "the called flow ended")

    # The end

    def _step(self, node: Node, port: str, why: str) -> None:
        self.turn.node = node.id
        self.turn.note_step(node.kind, port, why)

    def _over(self, status: SessionStatus, reason: str) -> None:
        self.session.status, self.session.ended_because = status, reason
        self.session.wait, self.session.stack = None, ()

    def _give_up(self, note: str) -> None:
        """End the talk and leave the chat to people, who read why."""
        self.turn.want(EffectKind.HANDOVER, {"note": note})
        node = self.graph.by_id.get(self.turn.node) if self.graph else None
        self.turn.note_step(node.kind if node else "", "", note)
        self._over(SessionStatus.FAILED, note)
