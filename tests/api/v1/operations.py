"""The endpoints of the REST API, as tests walk them."""

from dataclasses import dataclass

from xobito_app.api.rest.resources import find_routes
from xobito_app.api.rest.route import RestRoute

PREFIX = "/api/v1/{workspace}"


@dataclass(frozen=True)
class Operation:
    """One method at one address."""

    route: RestRoute

    @property
    def method(self) -> str:
        return self.route.method

    @property
    def path(self) -> str:
        return PREFIX + self.route.path_format

    @property
    def abilities(self) -> tuple[str, ...]:
        return self.route.abilities

    @property
    def ability(self) -> str:
        return next(iter(self.abilities), "")

    @property
    def body(self) -> bool:
        return bool(self.route.takes)

    @property
    def name(self) -> str:
        return self.route.endpoint.__name__


OPERATIONS = [Operation(route) for route in find_routes()]
