"""What starts something."""

from pydantic import Field

from scheduler.domain.feed import FeedKind
from scheduler.domain.model import Input
from scheduler.domain.resource import AvailabilityInput
from scheduler.domain.run import RunOptions


class RunStart(Input):
    """An allocation run of a campaign."""

    campaign_id: int
    options: RunOptions = RunOptions()


class Availability(Input):
    """All rows of a resource's availability; they take the place of those before."""

    rows: tuple[AvailabilityInput, ...] = Field(max_length=1000)


class FeedInput(Input):
    """Whose bookings a calendar feed shows."""

    kind: FeedKind
    target_id: int


class Agreement(Input):
    """For which party a programme is agreed to."""

    participant_id: int
