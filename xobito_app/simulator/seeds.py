"""What a fresh WABA starts with: approved templates and a handful of customers."""

from __future__ import annotations

from typing import Any

from xobito_app.simulator.store import Doc

CUSTOMERS: tuple[tuple[str, str, str], ...] = (
    ("Sheena Nelson", "16505550121", ""),
    ("Mateo García", "34600000142", ""),
    ("Priya Raman", "919812300117", ""),
    ("João Almeida", "5511900000163", ""),
    ("Robin", "", "robin.reads"),
)
"""Name, phone in digits, username; the last one hides the phone and has only a BSUID."""

_CALLING_CODES = {
    "1": "US",
    "34": "ES",
    "44": "GB",
    "49": "DE",
    "52": "MX",
    "54": "AR",
    "55": "BR",
    "57": "CO",
    "62": "ID",
    "91": "IN",
    "33": "FR",
    "39": "IT",
    "234": "NG",
    "27": "ZA",
    "971": "AE",
}


def country_of(phone: str) -> str:
    """Return the ISO country of phone digits, as far as the simulator knows countries."""
    for size in (3, 2, 1):
        if phone[:size] in _CALLING_CODES:
            return _CALLING_CODES[phone[:size]]
    return "US"


def _body(text: str, *examples: str) -> Doc:
    component: Doc = {"type": "BODY", "text": text}
    if examples:
        component["example"] = {"body_text": [list(examples)]}
    return component


def _named_body(text: str, **examples: str) -> Doc:
    named = [{"param_name": name, "example": value} for name, value in examples.items()]
    return {"type": "BODY", "text": text, "example": {"body_text_named_params": named}}


def _buttons(*buttons: Doc) -> Doc:
    return {"type": "BUTTONS", "buttons": list(buttons)}


def templates() -> list[dict[str, Any]]:
    """Return the templates of a fresh WABA, without ids."""
    return [*_orders(), *_reminders(), *_marketing()]


def _orders() -> list[dict[str, Any]]:
    return [
        {
            "name": "hello_world",
            "language": "en_US",
            "category": "UTILITY",
            "parameter_format": "POSITIONAL",
            "components": [
                {"type": "HEADER", "format": "TEXT", "text": "Hello World"},
                _body("Welcome and congratulations! This message shows that you are connected."),
                {"type": "FOOTER", "text": "WhatsApp Business Platform sample message"},
            ],
        },
        {
            "name": "order_confirmation",
            "language": "en_US",
            "category": "UTILITY",
            "parameter_format": "NAMED",
            "components": [
                {
                    "type": "HEADER",
                    "format": "TEXT",
                    "text": "Order {{order_number}}",
                    "example": {
                        "header_text_named_params": [
                            {"param_name": "order_number", "example": "A-1042"}
                        ]
                    },
                },
                _named_body(
                    "Hi {{first_name}}, thank you for your order. It leaves us on {{ship_date}}.",
                    first_name="Jessica",
                    ship_date="May 5",
                ),
                {"type": "FOOTER", "text": "Reply here with any question"},
                _buttons(
                    {
                        "type": "URL",
                        "text": "Track order",
                        "url": "https://shop.example.com/track/{{1}}",
                        "example": ["https://shop.example.com/track/A-1042"],
                    },
                    {"type": "PHONE_NUMBER", "text": "Call us", "phone_number": "+16505550100"},
                ),
            ],
        },
    ]


def _reminders() -> list[dict[str, Any]]:
    return [
        {
            "name": "appointment_reminder",
            "language": "en_US",
            "category": "UTILITY",
            "parameter_format": "POSITIONAL",
            "components": [
                _body(
                    "Hello {{1}}, this is a reminder of your appointment on {{2}} at {{3}}. "
                    "Can you make it?",
                    "Jessica",
                    "Friday, May 5",
                    "10:30",
                ),
                _buttons(
                    {"type": "QUICK_REPLY", "text": "I will be there"},
                    {"type": "QUICK_REPLY", "text": "Reschedule"},
                ),
            ],
        },
        {
            "name": "recordatorio_de_pago",
            "language": "es",
            "category": "UTILITY",
            "parameter_format": "NAMED",
            "components": [
                {"type": "HEADER", "format": "TEXT", "text": "Recordatorio de pago"},
                _named_body(
                    "Hola {{nombre}}, tu factura de {{importe}} vence el {{fecha}}. Gracias.",
                    nombre="Lucía",
                    importe="49,90 €",
                    fecha="5 de mayo",
                ),
                _buttons(
                    {"type": "QUICK_REPLY", "text": "Ya he pagado"},
                    {"type": "PHONE_NUMBER", "text": "Llamar", "phone_number": "+34600000100"},
                ),
            ],
        },
    ]


def _marketing() -> list[dict[str, Any]]:
    return [
        {
            "name": "summer_sale",
            "language": "en_US",
            "category": "MARKETING",
            "parameter_format": "POSITIONAL",
            "components": [
                {
                    "type": "HEADER",
                    "format": "IMAGE",
                    "example": {"header_handle": ["https://scontent.example.com/summer.jpg"]},
                },
                _body(
                    "Hi {{1}}, our summer sale is on: {{2}} off everything until Sunday.",
                    "Jessica",
                    "25%",
                ),
                {"type": "FOOTER", "text": "Reply STOP to opt out"},
                _buttons(
                    {"type": "QUICK_REPLY", "text": "Stop promotions"},
                    {"type": "URL", "text": "Shop now", "url": "https://shop.example.com/sale"},
                    {"type": "COPY_CODE", "example": "SUMMER25"},
                ),
            ],
        },
        {
            "name": "bienvenida",
            "language": "es",
            "category": "MARKETING",
            "parameter_format": "POSITIONAL",
            "components": [
                {"type": "HEADER", "format": "TEXT", "text": "¡Bienvenida a nuestra tienda!"},
                _body("Hola {{1}}, gracias por unirte. ¿Te ayudamos a elegir?", "Lucía"),
                _buttons(
                    {"type": "QUICK_REPLY", "text": "Sí, por favor"},
                    {"type": "QUICK_REPLY", "text": "Solo estoy mirando"},
                ),
            ],
        },
    ]
