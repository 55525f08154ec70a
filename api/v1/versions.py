"""Versions of the timetable: drafts and what was published."""

from litestar import Response, Router, get, post

from api.caching import revised
from api.dependencies import ReadTx, Revision, WriteTx
from api.v1.parameters import DEFAULT_LIMIT, After, FilterId, Id, InState, Limit
from scheduler.domain.model import Page
from scheduler.domain.version import PublicationDiff, SessionView, VersionState, VersionView
from scheduler.services import versions


@get("/")
async def list_versions(
    read_tx: ReadTx,
    campaign_id: FilterId = None,
    in_state: InState[VersionState] = None,
    limit: Limit = DEFAULT_LIMIT,
    after: After = None,
) -> Page[VersionView]:
    """Return a page of versions, the newest first."""
    return await versions.list_versions(
        read_tx, campaign_id=campaign_id, state=in_state, limit=limit, after=after
    )


@get("/{version_id:int}")
async def get_version(read_tx: ReadTx, version_id: Id) -> Response[VersionView]:
    """Return one version."""
    return revised(await versions.get_version(read_tx, version_id))


@get("/{version_id:int}/sessions")
async def list_version_sessions(
    read_tx: ReadTx,
    version_id: Id,
    request_id: FilterId = None,
    limit: Limit = DEFAULT_LIMIT,
    after: After = None,
) -> Page[SessionView]:
    """Return a page of a version's sessions."""
    return await versions.sessions_of_version(
        read_tx, version_id, request_id=request_id, limit=limit, after=after
    )


@get("/{version_id:int}/preview")
async def preview_publication(read_tx: ReadTx, version_id: Id) -> PublicationDiff:
    """Return what publishing the version would change in the live timetable."""
    return await versions.preview_publication(read_tx, version_id)


@post("/{version_id:int}/publish", status_code=200)
async def publish_version(write_tx: WriteTx, version_id: Id, revision: Revision) -> PublicationDiff:
    """Make the live timetable follow the version, whole or not at all."""
    return await versions.publish_version(write_tx, version_id, revision)


ROUTES = Router(
    "/versions",
    route_handlers=[list_versions, get_version, list_version_sessions, preview_publication, publish_version],
    tags=["versions"],
)
