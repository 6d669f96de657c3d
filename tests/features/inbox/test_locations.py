import pytest

from xobito_app.core.errors import Invalid
from xobito_app.features.inbox.composing.locations import read_place


@pytest.mark.parametrize(
    ("pasted", "place"),
    [
        ("48.2082, 16.3738", (48.2082, 16.3738)),
        (" -33.86 151.21 ", (-33.86, 151.21)),
        ("48.2;16.3", (48.2, 16.3)),
        ("https://www.google.com/maps/@48.2082,16.3738,15z", (48.2082, 16.3738)),
        (
            "https://www.google.com/maps/place/X/@48.1,16.1,17z/data=!3m1!4b1!3d48.2082!4d16.3738",
            (48.2082, 16.3738),
        ),
        ("https://maps.google.com/?q=48.2082,16.3738", (48.2082, 16.3738)),
        ("https://maps.apple.com/?ll=48.2082,16.3738&z=4", (48.2082, 16.3738)),
        (
            "https://www.openstreetmap.org/?mlat=48.2&mlon=16.3#map=16/1.0/2.0",
            (48.2, 16.3),
        ),
        ("https://www.openstreetmap.org/#map=16/48.2082/16.3738", (48.2082, 16.3738)),
        ("geo:48.2082,16.3738;u=35", (48.2082, 16.3738)),
    ],
)
def test_a_place_is_read_as_people_paste_it(pasted, place):
    assert read_place(pasted) == place


@pytest.mark.parametrize(
    "pasted", ["", "Vienna", "91, 10", "48.2", "https://example.com/48,16", "10, 181", "1,2,3"]
)
def test_what_is_no_place_on_earth_is_refused(pasted):
    with pytest.raises(Invalid, match="coordinates"):
        read_place(pasted)
