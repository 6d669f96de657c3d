"""Entries of a thread as they look: bubbles, notes, events, and everything inside them."""

from __future__ import annotations

from typing import Any

import reflex as rx
from reflex.vars import ObjectVar

from xobito_app.core.permissions import Permission
from xobito_app.ui import dom_ids
from xobito_app.ui.blocks.rights import can
from xobito_app.ui.components import avatar, text_button
from xobito_app.ui.pages.inbox.entries import ButtonRow, CardRow, EntryRow
from xobito_app.ui.pages.inbox.formatting import Piece
from xobito_app.ui.reflex_parts import ReactRouterLink
from xobito_app.ui.theme import icon


def tick(name: rx.Var[str]) -> rx.Component:
    """Draw how far an outgoing message has come."""
    return rx.el.span(
        rx.match(
            name,
            ("clock", icon("clock", size=12, class_name="tick")),
            ("check", icon("check", size=13, class_name="tick")),
            ("check-check", icon("check-check", size=13, class_name="tick")),
            ("read", icon("check-check", size=13, class_name="tick is-read")),
            ("failed", icon("circle-alert", size=13, class_name="tick is-failed")),
            ("unknown", icon("circle-help", size=13, class_name="tick is-unknown")),
            ("cancelled", icon("ban", size=12, class_name="tick")),
            rx.fragment(),
        ),
        class_name="tick-box",
    )


def entry_line(row: ObjectVar[EntryRow], **handlers: Any) -> rx.Component:
    """Draw one entry, with its day above when the day changes."""
    return entry(row=row, key=row.id, **handlers)


@rx.memo
def entry(
    rest: rx.RestProp,
    *,
    row: rx.Var[EntryRow],
    on_reply: rx.EventHandler,
    on_resend: rx.EventHandler,
    on_arrived: rx.EventHandler,
    on_lost: rx.EventHandler,
    on_change: rx.EventHandler,
    on_cancel: rx.EventHandler,
    on_fetch: rx.EventHandler,
) -> rx.Component:
    """One entry of the thread."""
    line = row.to(EntryRow)
    return rx.el.li(
        rx.cond(line.shows_day, rx.el.div(rx.el.span(line.day), class_name="day-line")),
        rx.match(
            line.side,
            ("event", rx.el.div(line.text, class_name="event-line", title=line.full_time)),
            _bubble(
                line,
                on_reply,
                rx.fragment(
                    rx.cond(line.is_failed, _failure(line, on_resend)),
                    rx.cond(line.is_unresolved, _unresolved(on_arrived, on_lost)),
                    rx.cond(line.is_scheduled, _scheduled(on_change, on_cancel)),
                    rx.cond(line.media_failed, _not_fetched(on_fetch)),
                ),
            ),
        ),
        rest,
        id=dom_ids.ENTRY_PREFIX + line.id,
        class_name="entry",
        data_side=line.side,
        data_joins=line.joins_previous,
        data_kind=line.kind,
    )


def _bubble(
    line: ObjectVar[EntryRow], on_reply: rx.EventHandler, trouble: rx.Component
) -> rx.Component:
    return rx.el.div(
        rx.cond(line.shows_author, rx.el.div(line.author, class_name="bubble-author")),
        rx.el.div(
            rx.cond(
                line.is_revoked,
                rx.el.p(icon("ban", size=13), "This message was deleted", class_name="revoked"),
                _inside(line),
            ),
            _stamp(line),
            rx.cond(line.reaction != "", rx.el.span(line.reaction, class_name="reaction")),
            class_name="bubble",
        ),
        rx.cond(line.can_react, _actions(line, on_reply)),
        trouble,
        class_name="bubble-box",
    )


def _actions(line: ObjectVar[EntryRow], on_reply: rx.EventHandler) -> rx.Component:
    """What can be done with a message while it is pointed at; the script opens the emoji."""
    return rx.el.div(
        rx.el.button(
            icon("smile-plus", size=14),
            type="button",
            aria_label="React to this message",
            class_name="bubble-action",
            data_react=line.id,
            data_ours=line.our_reaction,
        ),
        rx.el.button(
            icon("reply", size=14),
            type="button",
            aria_label="Reply to this message",
            on_click=on_reply,
            class_name="bubble-action",
        ),
        class_name="bubble-actions",
    )


def _unresolved(on_arrived: rx.EventHandler, on_lost: rx.EventHandler) -> rx.Component:
    return rx.el.div(
        rx.el.p(
            "WhatsApp did not answer, so it is not known whether this was sent. "
            "It will not be sent again by itself."
        ),
        text_button("It arrived", on_click=on_arrived),
        text_button("It did not", on_click=on_lost),
        class_name="bubble-problem is-unknown",
    )


def _scheduled(on_change: rx.EventHandler, on_cancel: rx.EventHandler) -> rx.Component:
    return rx.el.div(
        text_button("Change", on_click=on_change),
        text_button("Cancel", on_click=on_cancel),
        class_name="bubble-problem is-calm",
    )


def _not_fetched(on_fetch: rx.EventHandler) -> rx.Component:
    return rx.el.div(
        text_button("Try again", on_click=on_fetch),
        class_name="bubble-problem is-calm",
    )


def _failure(line: ObjectVar[EntryRow], on_resend: rx.EventHandler) -> rx.Component:
    return rx.el.div(
        rx.el.p(line.failure),
        rx.cond(
            line.can_resend,
            text_button("Send again", on_click=on_resend),
        ),
        class_name="bubble-problem",
    )


def _inside(line: ObjectVar[EntryRow]) -> rx.Component:
    return rx.fragment(
        rx.cond(
            line.side == "note",
            rx.el.div(icon("lock", size=11), "Private note", class_name="note-mark"),
        ),
        rx.cond(line.campaign_link != "", _campaign(line)),
        rx.cond(line.forwarded != "", rx.el.div(line.forwarded, class_name="forwarded")),
        rx.cond(
            line.chosen != "",
            rx.el.div(icon("mouse-pointer-click", size=11), line.chosen, class_name="forwarded"),
        ),
        rx.cond(line.referral != "", _referral(line)),
        rx.cond(line.has_quote, _quote(line)),
        rx.cond(line.has_media, _media(line)),
        rx.cond(line.header != "", rx.el.p(line.header, class_name="bubble-header")),
        rx.cond(line.map_url != "", _location(line)),
        rx.cond(line.cards.length() > 0, rx.foreach(line.cards, _card)),
        rx.cond(line.text != "", _text(line)),
        rx.cond(line.note != "", rx.el.p(line.note, class_name="bubble-note")),
        rx.cond(line.footer != "", rx.el.p(line.footer, class_name="bubble-footer")),
        rx.cond(
            line.buttons.length() > 0,
            rx.el.div(rx.foreach(line.buttons, _button), class_name="bubble-buttons"),
        ),
    )


def _campaign(line: ObjectVar[EntryRow]) -> rx.Component:
    """Name the campaign that sent it; who may see campaigns gets there with a click."""
    return rx.el.div(
        icon("megaphone", size=11),
        rx.cond(
            can(Permission.CAMPAIGNS_VIEW),
            ReactRouterLink.create(line.author, to=line.campaign_link),
            rx.el.span(line.author),
        ),
        class_name="campaign-mark",
    )


def _text(line: ObjectVar[EntryRow]) -> rx.Component:
    return rx.cond(
        line.pieces.length() > 0,
        rx.el.p(rx.foreach(line.pieces, _piece), class_name="bubble-text"),
        rx.el.p(line.text, class_name="bubble-text"),
    )


def _piece(piece: ObjectVar[Piece]) -> rx.Component:
    return rx.cond(
        piece.href != "",
        rx.el.a(piece.text, href=piece.href, target="_blank", rel="noreferrer noopener"),
        rx.el.span(piece.text, class_name=piece.style),
    )


def _stamp(line: ObjectVar[EntryRow]) -> rx.Component:
    return rx.el.span(
        rx.cond(line.is_edited, rx.el.span("edited ")),
        rx.el.time(line.time, title=line.full_time),
        rx.el.span(tick(line.tick), title=line.tick_label, class_name="tick-label"),
        class_name="stamp",
    )


def _quote(line: ObjectVar[EntryRow]) -> rx.Component:
    return rx.el.blockquote(
        rx.el.span(line.quote_author, class_name="quote-author"),
        rx.el.span(line.quote_text, class_name="quote-text"),
        class_name="quote",
    )


def _referral(line: ObjectVar[EntryRow]) -> rx.Component:
    return rx.el.div(
        icon("megaphone", size=14),
        rx.cond(
            line.referral_url != "",
            rx.el.a(line.referral, href=line.referral_url, target="_blank", rel="noreferrer"),
            rx.el.span(line.referral),
        ),
        class_name="referral",
    )


def _media(line: ObjectVar[EntryRow]) -> rx.Component:
    return rx.cond(
        line.media_ready,
        rx.match(
            line.media_kind,
            ("image", _image(line)),
            ("sticker", _sticker(line)),
            ("video", _video(line)),
            ("audio", _audio(line)),
            _file(line),
        ),
        rx.el.div(
            rx.cond(
                line.media_failed,
                icon("image-off", size=18),
                icon("loader", size=18, class_name="spin"),
            ),
            rx.el.span(line.media_note),
            class_name="media-wait",
            style={"aspect_ratio": rx.cond(line.media_kind == "image", line.ratio, "auto")},
        ),
    )


def _image(line: ObjectVar[EntryRow]) -> rx.Component:
    return rx.el.a(
        rx.el.img(
            src=line.media_url,
            alt="Photo",
            loading="lazy",
            style={"aspect_ratio": line.ratio},
        ),
        href=line.media_url,
        target="_blank",
        class_name="media-image",
        custom_attrs={"data-lightbox": "1"},
    )


def _sticker(line: ObjectVar[EntryRow]) -> rx.Component:
    return rx.el.img(src=line.media_url, alt="Sticker", loading="lazy", class_name="media-sticker")


def _video(line: ObjectVar[EntryRow]) -> rx.Component:
    return rx.el.video(
        src=line.media_url,
        controls=True,
        preload="metadata",
        class_name="media-video",
        style={"aspect_ratio": line.ratio},
    )


def _audio(line: ObjectVar[EntryRow]) -> rx.Component:
    return rx.el.div(
        rx.el.audio(src=line.media_url, preload="metadata"),
        rx.el.button(
            icon("play", size=15),
            icon("pause", size=15),
            type="button",
            aria_label="Play",
            class_name="audio-play",
            data_play="",
        ),
        rx.el.span(
            class_name="audio-wave",
            role="slider",
            tab_index=0,
            aria_label=rx.cond(line.is_voice, "Voice message", "Audio"),
            aria_valuemin=0,
            aria_valuemax=100,
            aria_valuenow=0,
            data_wave="",
        ),
        rx.el.span("0:00", class_name="audio-time", data_time=""),
        rx.el.button(
            "1×",
            type="button",
            aria_label="Change the speed",
            class_name="speed",
            data_speed="",
        ),
        class_name="media-audio",
    )


def _file(line: ObjectVar[EntryRow]) -> rx.Component:
    return rx.el.a(
        icon("file-text", size=20),
        rx.el.span(
            rx.el.span(
                rx.cond(line.filename != "", line.filename, "Document"), class_name="file-name"
            ),
            rx.el.span(line.filesize, class_name="file-size"),
            class_name="file-text",
        ),
        icon("download", size=16),
        href=line.media_url,
        download=True,
        class_name="media-file",
    )


def _location(line: ObjectVar[EntryRow]) -> rx.Component:
    return rx.el.a(
        rx.el.span(icon("map-pin", size=20), class_name="map-picture"),
        rx.el.span(rx.cond(line.place != "", line.place, "Open the map"), class_name="map-label"),
        href=line.map_url,
        target="_blank",
        rel="noreferrer",
        class_name="location",
    )


def _card(card: ObjectVar[CardRow]) -> rx.Component:
    return rx.el.div(
        avatar(card.initials, 6),
        rx.el.span(
            rx.el.span(card.name, class_name="file-name"),
            rx.el.span(card.detail, class_name="file-size"),
            class_name="file-text",
        ),
        class_name="shared-card",
    )


def _button(button: ObjectVar[ButtonRow]) -> rx.Component:
    return rx.el.div(
        rx.match(
            button.icon,
            ("external-link", icon("external-link", size=13)),
            ("phone", icon("phone", size=13)),
            ("copy", icon("copy", size=13)),
            ("list", icon("list", size=13)),
            ("reply", icon("reply", size=13)),
            rx.fragment(),
        ),
        rx.el.span(button.title),
        rx.cond(button.detail != "", rx.el.small(button.detail)),
        class_name="bubble-button",
    )
