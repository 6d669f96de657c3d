"""Radix primitives: the behaviour of what opens, switches and floats, without any looks."""

from __future__ import annotations

from types import new_class
from typing import Any, TypeVar

import reflex as rx
from reflex_base.constants.compiler import MemoizationMode

_LIBRARIES = {
    "Dialog": "@radix-ui/react-dialog@1.3.1",
    "Menu": "@radix-ui/react-dropdown-menu@2.2.1",
    "Popover": "@radix-ui/react-popover@1.3.1",
    "Tooltip": "@radix-ui/react-tooltip@1.4.1",
    "Tabs": "@radix-ui/react-tabs@1.2.1",
    "Switch": "@radix-ui/react-switch@1.4.1",
}


class _Part(rx.Component):
    as_child: rx.Var[bool]


class _Opens(_Part):
    open: rx.Var[bool]
    default_open: rx.Var[bool]
    modal: rx.Var[bool]
    on_open_change: rx.EventHandler[rx.event.passthrough_event_spec(bool)]


class _Trigger(_Part):
    # Radix hands its own props to the child, which a memoised wrapper would swallow.
    _memoization_mode = MemoizationMode(recursive=False)

    type: rx.Var[str]
    disabled: rx.Var[bool]


class _Floats(_Part):
    side: rx.Var[str]
    align: rx.Var[str]
    side_offset: rx.Var[int]
    collision_padding: rx.Var[int]


class _Chosen(_Part):
    disabled: rx.Var[bool]
    on_select: rx.EventHandler[rx.event.no_args_event_spec]


class _Portal(_Part):
    container: rx.Var[Any]


class _Delays(_Part):
    delay_duration: rx.Var[int]


class _Valued(_Part):
    value: rx.Var[str]


class _Values(_Valued):
    default_value: rx.Var[str]
    on_value_change: rx.EventHandler[rx.event.passthrough_event_spec(str)]


class _TabTrigger(_Trigger):
    value: rx.Var[str]


class _Switches(_Part):
    name: rx.Var[str]
    checked: rx.Var[bool]
    default_checked: rx.Var[bool]
    disabled: rx.Var[bool]
    on_checked_change: rx.EventHandler[rx.event.passthrough_event_spec(bool)]


P = TypeVar("P", bound=_Part)


def _part(kind: str, tag: str, base: type[P] = _Part) -> type[P]:
    """Make the component for one part of a primitive, named like `DialogRoot`."""
    name = kind + tag
    facts: dict[str, Any] = {"library": _LIBRARIES[kind], "tag": tag, "alias": name}
    facts |= {"__module__": __name__, "__doc__": f"Radix's {tag} of a {kind.lower()}."}
    return new_class(name, (base,), exec_body=lambda namespace: namespace.update(facts))


DialogRoot = _part("Dialog", "Root", _Opens)
DialogPortal = _part("Dialog", "Portal")
DialogOverlay = _part("Dialog", "Overlay")
DialogContent = _part("Dialog", "Content")
DialogTitle = _part("Dialog", "Title")
DialogDescription = _part("Dialog", "Description")
DialogClose = _part("Dialog", "Close", _Trigger)
DialogTrigger = _part("Dialog", "Trigger", _Trigger)

MenuRoot = _part("Menu", "Root", _Opens)
MenuTrigger = _part("Menu", "Trigger", _Trigger)
MenuPortal = _part("Menu", "Portal", _Portal)
MenuContent = _part("Menu", "Content", _Floats)
MenuItem = _part("Menu", "Item", _Chosen)
MenuLabel = _part("Menu", "Label")
MenuSeparator = _part("Menu", "Separator")

PopoverRoot = _part("Popover", "Root", _Opens)
PopoverTrigger = _part("Popover", "Trigger", _Trigger)
PopoverPortal = _part("Popover", "Portal")
PopoverContent = _part("Popover", "Content", _Floats)

TooltipProvider = _part("Tooltip", "Provider", _Delays)
TooltipRoot = _part("Tooltip", "Root", _Opens)
TooltipTrigger = _part("Tooltip", "Trigger", _Trigger)
TooltipPortal = _part("Tooltip", "Portal")
TooltipContent = _part("Tooltip", "Content", _Floats)

TabsRoot = _part("Tabs", "Root", _Values)
TabsList = _part("Tabs", "List")
TabsTrigger = _part("Tabs", "Trigger", _TabTrigger)
TabsContent = _part("Tabs", "Content", _Valued)

SwitchRoot = _part("Switch", "Root", _Switches)
SwitchThumb = _part("Switch", "Thumb")
