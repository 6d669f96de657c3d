"""Meta's limits, each under the name Meta's documentation gives it; lengths are in characters.

Where they stand: Meta's OpenAPI file (v23.0) for texts (`TextMessage_1`), captions
(`MediaObject_1`) and interactive messages (`HeaderObject`, `BodyObject`, `FooterObject`,
`ActionObject`, `SectionObject`); its guide "Message Templates", components, for templates; the
section "Media" for files. Where two of them differ the smaller one is taken: it always works.
"""

from __future__ import annotations

# text.body
TEXT_BODY = 4096
# image.caption, video.caption, document.caption
CAPTION = 1024
# document.filename: Meta names no limit; this is what file systems take.
FILENAME = 255
# biz_opaque_callback_data
OPAQUE_CALLBACK_DATA = 512
# contacts[]. `ContactsMessage` says 5; the page "Contacts messages" takes up to 257 and advises to
# send fewer, which people find useful and do not report.
CONTACT_CARDS = 5

# interactive.body.text. The page of lists says 4096, `BodyObject` 1024: the smaller always works.
INTERACTIVE_BODY = 1024
# interactive.header.text
INTERACTIVE_HEADER = 60
# interactive.footer.text
INTERACTIVE_FOOTER = 60
# interactive.action.buttons[]
REPLY_BUTTONS = 3
# interactive.action.buttons[].reply.title
REPLY_BUTTON_TITLE = 20
# interactive.action.buttons[].reply.id
REPLY_BUTTON_ID = 256
# interactive.action.button
LIST_BUTTON = 20
# interactive.action.sections[]
LIST_SECTIONS = 10
# interactive.action.sections[].rows[], counted over all sections
LIST_ROWS = 10
# interactive.action.sections[].title
LIST_SECTION_TITLE = 24
# interactive.action.sections[].rows[].id
LIST_ROW_ID = 200
# interactive.action.sections[].rows[].title
LIST_ROW_TITLE = 24
# interactive.action.sections[].rows[].description
LIST_ROW_DESCRIPTION = 72
# interactive.action.parameters.display_text
CTA_LABEL = 20
# interactive.action.parameters.url, as for a template's URL button
CTA_URL = 2000

# message_templates.name
TEMPLATE_NAME = 512
# components[HEADER].text
TEMPLATE_HEADER = 60
# components[BODY].text
TEMPLATE_BODY = 1024
# components[FOOTER].text
TEMPLATE_FOOTER = 60
# components[BUTTONS].buttons[]
TEMPLATE_BUTTONS = 10
# components[BUTTONS].buttons[].text
TEMPLATE_BUTTON_TEXT = 25
# button parameter `payload`
TEMPLATE_BUTTON_PAYLOAD = 256
# button parameter `coupon_code`: 15 on the page of components, 20 on that of coupons
COUPON_CODE = 15
# URL button after its suffix is put in
TEMPLATE_URL = 2000
# send-time values: more spaces than this in a row are refused
TEMPLATE_VALUE_SPACES = 4

# A webhook body, by Meta's pages of webhooks: "payloads can be up to 3 MB"
WEBHOOK_BODY_BYTES = 3 * 1024 * 1024

KILOBYTE = 1024
MEGABYTE = 1024 * 1024
AUDIO_BYTES = 16 * MEGABYTE
DOCUMENT_BYTES = 100 * MEGABYTE
IMAGE_BYTES = 5 * MEGABYTE
VIDEO_BYTES = 16 * MEGABYTE
STATIC_STICKER_BYTES = 100 * KILOBYTE
ANIMATED_STICKER_BYTES = 500 * KILOBYTE
# Inbound media over this arrives as error 131052 ("Error codes") instead of a file.
INBOUND_MEDIA_BYTES = 100 * MEGABYTE
