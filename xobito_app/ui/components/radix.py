"""Radix primitives: the behaviour of what opens, switches and floats, without any looks."""

from __future__ import annotations

import reflex as rx
from reflex_base.constants.compiler import MemoizationMode

_DIALOG = "@radix-ui/react-dialog@1.3.1"
_MENU = "@radix-ui/react-dropdown-menu@2.2.1"
_POPOVER = "@radix-ui/react-popover@1.3.1"
_TOOLTIP = "@radix-ui/react-tooltip@1.4.1"
_TABS = "@radix-ui/react-tabs@1.2.1"
_SWITCH = "@radix-ui/react-switch@1.4.1"


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


class DialogRoot(_Opens):
    """A dialog; modal unless told otherwise."""

    library = _DIALOG
    tag = "Root"
    alias = "DialogRoot"


class DialogTrigger(_Trigger):
    """The button that opens its dialog."""

    library = _DIALOG
    tag = "Trigger"
    alias = "DialogTrigger"


class DialogPortal(_Part):
    """Puts its children at the end of the document."""

    library = _DIALOG
    tag = "Portal"
    alias = "DialogPortal"


class DialogOverlay(_Part):
    """The veil over the page."""

    library = _DIALOG
    tag = "Overlay"
    alias = "DialogOverlay"


class DialogContent(_Part):
    """The box itself; keeps the focus inside."""

    library = _DIALOG
    tag = "Content"
    alias = "DialogContent"


class DialogTitle(_Part):
    """Its name, also for screen readers."""

    library = _DIALOG
    tag = "Title"
    alias = "DialogTitle"


class DialogDescription(_Part):
    """One line under the title."""

    library = _DIALOG
    tag = "Description"
    alias = "DialogDescription"


class DialogClose(_Trigger):
    """A button that closes its dialog."""

    library = _DIALOG
    tag = "Close"
    alias = "DialogClose"


class MenuRoot(_Opens):
    """A menu."""

    library = _MENU
    tag = "Root"
    alias = "MenuRoot"


class MenuTrigger(_Trigger):
    """The button that opens its menu."""

    library = _MENU
    tag = "Trigger"
    alias = "MenuTrigger"


class MenuPortal(_Part):
    """Puts the menu at the end of the document."""

    library = _MENU
    tag = "Portal"
    alias = "MenuPortal"


class MenuContent(_Floats):
    """The list of items."""

    library = _MENU
    tag = "Content"
    alias = "MenuContent"


class MenuItem(_Part):
    """One choice; `on_select` also fires for the keyboard."""

    library = _MENU
    tag = "Item"
    alias = "MenuItem"

    disabled: rx.Var[bool]
    on_select: rx.EventHandler[rx.event.no_args_event_spec]


class MenuLabel(_Part):
    """A heading inside a menu."""

    library = _MENU
    tag = "Label"
    alias = "MenuLabel"


class MenuSeparator(_Part):
    """A hairline between items."""

    library = _MENU
    tag = "Separator"
    alias = "MenuSeparator"


class PopoverRoot(_Opens):
    """A popover."""

    library = _POPOVER
    tag = "Root"
    alias = "PopoverRoot"


class PopoverTrigger(_Trigger):
    """The button that opens its popover."""

    library = _POPOVER
    tag = "Trigger"
    alias = "PopoverTrigger"


class PopoverPortal(_Part):
    """Puts the popover at the end of the document."""

    library = _POPOVER
    tag = "Portal"
    alias = "PopoverPortal"


class PopoverContent(_Floats):
    """The box itself."""

    library = _POPOVER
    tag = "Content"
    alias = "PopoverContent"


class TooltipProvider(_Part):
    """Lets tooltips follow each other without a new delay."""

    library = _TOOLTIP
    tag = "Provider"
    alias = "TooltipProvider"

    delay_duration: rx.Var[int]


class TooltipRoot(_Opens):
    """A tooltip."""

    library = _TOOLTIP
    tag = "Root"
    alias = "TooltipRoot"


class TooltipTrigger(_Trigger):
    """What the tooltip explains."""

    library = _TOOLTIP
    tag = "Trigger"
    alias = "TooltipTrigger"


class TooltipPortal(_Part):
    """Puts the tooltip at the end of the document."""

    library = _TOOLTIP
    tag = "Portal"
    alias = "TooltipPortal"


class TooltipContent(_Floats):
    """Its words."""

    library = _TOOLTIP
    tag = "Content"
    alias = "TooltipContent"


class TabsRoot(_Part):
    """Panels of which one is seen."""

    library = _TABS
    tag = "Root"
    alias = "TabsRoot"

    value: rx.Var[str]
    default_value: rx.Var[str]
    on_value_change: rx.EventHandler[rx.event.passthrough_event_spec(str)]


class TabsList(_Part):
    """The row of names."""

    library = _TABS
    tag = "List"
    alias = "TabsList"


class TabsTrigger(_Trigger):
    """The name of a panel."""

    library = _TABS
    tag = "Trigger"
    alias = "TabsTrigger"

    value: rx.Var[str]


class TabsContent(_Part):
    """A panel."""

    library = _TABS
    tag = "Content"
    alias = "TabsContent"

    value: rx.Var[str]


class SwitchRoot(_Part):
    """A switch; inside a form it submits `on` under its name when it is on."""

    library = _SWITCH
    tag = "Root"
    alias = "SwitchRoot"

    name: rx.Var[str]
    checked: rx.Var[bool]
    default_checked: rx.Var[bool]
    disabled: rx.Var[bool]
    on_checked_change: rx.EventHandler[rx.event.passthrough_event_spec(bool)]


class SwitchThumb(_Part):
    """The knob of a switch."""

    library = _SWITCH
    tag = "Thumb"
    alias = "SwitchThumb"
