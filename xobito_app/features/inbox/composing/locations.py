"""Reading a place as people paste it: coordinates, or a link copied from a map."""

from __future__ import annotations

import re

from xobito_app.core.errors import Invalid

_NUMBER = r"[-+]?\d{1,3}(?:\.\d+)?"
_PAIRS = (
    # The pin of a map link stands before the middle of the shown part.
    re.compile(rf"!3d({_NUMBER})!4d({_NUMBER})"),
    re.compile(rf"[?&#]mlat=({_NUMBER})&mlon=({_NUMBER})"),
    re.compile(rf"[?&](?:q|ll|query|destination)=(?:loc:)?({_NUMBER})(?:,|%2C)\+?({_NUMBER})"),
    re.compile(rf"@({_NUMBER}),({_NUMBER})"),
    re.compile(rf"#map=\d+(?:\.\d+)?/({_NUMBER})/({_NUMBER})"),
    re.compile(rf"^geo:({_NUMBER}),({_NUMBER})"),
    re.compile(rf"^({_NUMBER})\s*[,; ]\s*({_NUMBER})$"),
)


def read_place(text: str) -> tuple[float, float]:
    """Return latitude and longitude, in degrees, of what was typed or pasted.

    Raises:
        Invalid: No place on Earth can be read from it.
    """
    line = text.strip()
    for pair in _PAIRS:
        if found := pair.search(line):
            latitude, longitude = float(found[1]), float(found[2])
            if abs(latitude) <= 90 and abs(longitude) <= 180:
                return latitude, longitude
    raise Invalid.field(
        "where", "Write coordinates like 48.2082, 16.3738, or paste a link from a map."
    )
