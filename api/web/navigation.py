"""Where the main navigation leads, by role."""

from dataclasses import dataclass

from api.texts import N_
from scheduler.policy import Actor

ALL = frozenset({"college", "employer", "coordinator", "observer", "trainer"})
NOT_TRAINER = ALL - {"trainer"}


@dataclass(frozen=True, slots=True)
class Link:
    """An entry of the navigation and the roles that see it."""

    path: str
    title: str
    roles: frozenset[str]

    def covers(self, here: str) -> bool:
        """Return whether a page stands under this entry."""
        return here == self.path or (self.path != "/" and here.startswith(f"{self.path}/"))


LINKS = (
    Link("/", N_("Home"), ALL),
    Link("/trainer", N_("My week"), frozenset({"trainer"})),
    Link("/week", N_("Week"), ALL),
    Link("/requests", N_("Requests"), NOT_TRAINER),
    Link("/offers", N_("Offers"), NOT_TRAINER),
    Link("/consents", N_("Consents"), frozenset({"employer", "college"})),
    Link("/resources", N_("Resources"), ALL),
    Link("/participants", N_("Participants"), ALL),
    Link("/runs", N_("Allocation"), NOT_TRAINER),
    Link("/unplaced", N_("Refusals"), NOT_TRAINER),
    Link("/versions", N_("Versions"), NOT_TRAINER),
)


def links_for(actor: Actor) -> tuple[Link, ...]:
    """Return the entries that an actor sees, in their order; nobody signed in: none."""
    roles = {role.role for role in actor.roles}
    return tuple(link for link in LINKS if link.roles & roles)
