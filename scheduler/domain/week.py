"""What the pages show of a week, of a campaign and of one request."""

from datetime import date, datetime

from scheduler.domain.booking import BookingView
from scheduler.domain.model import Ref, View
from scheduler.domain.request import RequestView
from scheduler.domain.resource import ResourceView
from scheduler.domain.run import ReasonView


class OpenWindow(View):
    """When a resource can be used in the week shown; minutes from the Monday's midnight, wall clock."""

    from_min: int
    until_min: int


class TimelineRow(View):
    """A resource with its bookings of the week, in order of time."""

    resource: ResourceView
    open: tuple[OpenWindow, ...]
    bookings: tuple[BookingView, ...]


class TimelineOwner(View):
    """The resources of one owner in one town."""

    owner: Ref
    rows: tuple[TimelineRow, ...]


class TimelineTown(View):
    """The resources of one town by owner."""

    town: Ref
    owners: tuple[TimelineOwner, ...]


class WeekTimeline(View):
    """Resources of a week, grouped by town and owner; holidays are the days without any session."""

    monday_on: date
    previous_on: date
    next_on: date
    holidays: tuple[date, ...]
    towns: tuple[TimelineTown, ...]


class TrainerWeek(View):
    """A trainer's bookings of a week, with travel from home to each."""

    resource: ResourceView
    monday_on: date
    previous_on: date
    next_on: date
    bookings: tuple[BookingView, ...]
    travel_min: dict[int, int]
    """Minutes one way from the trainer's town, by booking id."""


class ParticipantProgress(View):
    """How far a participant is in a campaign."""

    participant: Ref
    kind: str
    submitted: int
    drafts: int
    hours: int
    last_submitted_at: datetime | None


class CampaignProgress(View):
    """Who has sent requests and who has not; colleges and universities first."""

    campaign: Ref
    requests: int
    participants: tuple[ParticipantProgress, ...]
    silent: int
    """Colleges and universities of the cluster without a submitted request."""


class OutcomeSession(View):
    """One session of a request: where it stands, or why it does not."""

    activity: str
    subgroup: int
    index: int
    learner_minutes: int
    bookings: tuple[BookingView, ...]
    reasons: tuple[ReasonView, ...]


class RequestOutcome(View):
    """What became of a request: in the live timetable and in the last run that a version came from.

    Hours are academic hours of one learner's time, a subgroup counting by its share, in tenths.
    """

    request: RequestView
    run_id: int | None
    asked_tenths: int
    granted_tenths: int
    sessions: tuple[OutcomeSession, ...]


class OutcomeBrief(View):
    """How much of a request is in the live timetable, in tenths of academic hours."""

    run_id: int | None
    asked_tenths: int
    granted_tenths: int
