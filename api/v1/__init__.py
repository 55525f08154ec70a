"""The JSON API, by noun."""

from litestar import Router

from api.auth import signed_in
from api.v1 import (
    bookings,
    campaigns,
    feeds,
    groups,
    infrastructure,
    offers,
    participants,
    programmes,
    register,
    requests,
    resources,
    runs,
    session,
    versions,
    weeks,
)
from api.v1.strict import refuse_loose_input

NOUNS = (
    *register.ROUTES,
    infrastructure.ROUTES,
    *participants.ROUTES,
    resources.ROUTES,
    groups.ROUTES,
    offers.ROUTES,
    *programmes.ROUTES,
    campaigns.ROUTES,
    requests.ROUTES,
    runs.ROUTES,
    versions.ROUTES,
    bookings.ROUTES,
    feeds.ROUTES,
    weeks.ROUTES,
)

ROUTES = Router(
    "/api/v1",
    route_handlers=[
        session.SIGN_IN,
        Router("/", route_handlers=[session.ROUTES, *NOUNS], guards=[signed_in], security=[{"login": []}]),
    ],
    before_request=refuse_loose_input,
)
"""Everything but signing in needs a login; what the actor may do is the policy's question."""
