"""The region's register: towns, competencies, clusters, participants and their sites."""

from collections import defaultdict
from collections.abc import Iterator

from sqlalchemy import select

from scheduler import policy
from scheduler.domain.model import Page, Ref
from scheduler.domain.register import (
    ClusterView,
    CompetencyView,
    EquipmentKindView,
    MembershipView,
    ParticipantView,
    SiteInput,
    SiteView,
    TownView,
)
from scheduler.errors import FieldError, Invalid
from scheduler.ids import new_code
from scheduler.persistence.queries.pages import fetch_page
from scheduler.persistence.queries.refs import get_row
from scheduler.persistence.tables.register import (
    Cluster,
    Competency,
    EquipmentKind,
    Membership,
    Participant,
    Site,
    Town,
)
from scheduler.persistence.transaction import Tx
from scheduler.services.audit import record
from scheduler.services.feeds import mark_renamed
from scheduler.services.scope import target_of


async def list_towns(tx: Tx) -> tuple[TownView, ...]:
    """Return all towns by name."""
    policy.require(tx.actor, "register.read")
    rows = await tx.session.scalars(select(Town).order_by(Town.name))
    return tuple(
        TownView(id=t.id, code=t.code, name=t.name, name_en=t.name_en, timezone=t.timezone) for t in rows
    )


async def list_competencies(tx: Tx) -> tuple[CompetencyView, ...]:
    """Return all competencies by code."""
    policy.require(tx.actor, "register.read")
    rows = await tx.session.scalars(select(Competency).order_by(Competency.code))
    return tuple(
        CompetencyView(
            id=c.id, code=c.code, name=c.name, name_en=c.name_en, practice_subgroup=c.practice_subgroup
        )
        for c in rows
    )


async def list_equipment_kinds(tx: Tx) -> tuple[EquipmentKindView, ...]:
    """Return all kinds of equipment by name."""
    policy.require(tx.actor, "register.read")
    rows = await tx.session.scalars(select(EquipmentKind).order_by(EquipmentKind.name))
    return tuple(
        EquipmentKindView(id=k.id, code=k.code, name=k.name, name_en=k.name_en, hazard=k.hazard) for k in rows
    )


async def list_clusters(tx: Tx) -> tuple[ClusterView, ...]:
    """Return all clusters by name."""
    policy.require(tx.actor, "register.read")
    rows = await tx.session.scalars(select(Cluster).order_by(Cluster.name))
    return tuple(ClusterView(id=c.id, code=c.code, name=c.name, name_en=c.name_en, demo=c.demo) for c in rows)


async def is_demo(tx: Tx) -> bool:
    """Return whether the region's data are invented; anybody may know, since every page says it."""
    found = await tx.session.scalar(select(Cluster.id).where(Cluster.demo).limit(1))
    return found is not None


async def list_participants(
    tx: Tx,
    *,
    kind: str | None = None,
    cluster_id: int | None = None,
    town_id: int | None = None,
    state: str | None = None,
    limit: int = 50,
    after: str | None = None,
) -> Page[ParticipantView]:
    """Return a page of participants, in the order of their short names."""
    policy.require(tx.actor, "register.read")
    statement = select(Participant)
    if kind is not None:
        statement = statement.where(Participant.kind == kind)
    if state is not None:
        statement = statement.where(Participant.state == state)
    if town_id is not None:
        statement = statement.where(Participant.town_id == town_id)
    if cluster_id is not None:
        members = select(Membership.participant_id).where(
            Membership.cluster_id == cluster_id, Membership.left_on.is_(None)
        )
        statement = statement.where(Participant.id.in_(members))
    keys = (Participant.short_name, Participant.id)
    rows, following = await fetch_page(tx, statement, keys, limit, after)
    return Page(items=await _views(tx, [row[0] for row in rows]), next=following)


async def get_participant(tx: Tx, participant_id: int) -> ParticipantView:
    """Return one participant."""
    policy.require(tx.actor, "register.read")
    return (await _views(tx, [await get_row(tx, Participant, participant_id)]))[0]


async def list_sites(
    tx: Tx,
    *,
    participant_id: int | None = None,
    town_id: int | None = None,
    limit: int = 50,
    after: str | None = None,
) -> Page[SiteView]:
    """Return a page of sites by name."""
    policy.require(tx.actor, "register.read")
    statement = select(Site, Town, Participant).join(Town, Town.id == Site.town_id)
    statement = statement.join(Participant, Participant.id == Site.participant_id)
    if participant_id is not None:
        statement = statement.where(Site.participant_id == participant_id)
    if town_id is not None:
        statement = statement.where(Site.town_id == town_id)
    rows, following = await fetch_page(tx, statement, (Site.name, Site.id), limit, after)
    return Page(items=tuple(_site_view(row[0], row[1], row[2]) for row in rows), next=following)


async def get_site(tx: Tx, site_id: int) -> SiteView:
    """Return one site."""
    policy.require(tx.actor, "register.read")
    site: Site = await get_row(tx, Site, site_id)
    town: Town = await get_row(tx, Town, site.town_id)
    return _site_view(site, town, await get_row(tx, Participant, site.participant_id))


async def create_site(tx: Tx, participant_id: int, site: SiteInput) -> SiteView:
    """Add a site to a participant; its time zone is its town's.

    Raises
    ------
    Invalid
        The town is unknown, or bells overlap.
    """
    participant: Participant = await get_row(tx, Participant, participant_id)
    policy.require(tx.actor, "participant.write", await target_of(tx, [participant_id]))
    town = await _check_site(tx, site)
    row = Site(code=new_code("site"), participant_id=participant.id, **_site_columns(site, town))
    tx.session.add(row)
    await tx.session.flush()
    record(tx, "site.create", "site", row.id, after=site.model_dump(mode="json"))
    return _site_view(row, town, participant)


async def update_site(tx: Tx, site_id: int, site: SiteInput) -> SiteView:
    """Change a site."""
    row: Site = await get_row(tx, Site, site_id)
    policy.require(tx.actor, "participant.write", await target_of(tx, [row.participant_id]))
    town = await _check_site(tx, site)
    shown = (row.name, row.town_id)
    for name, value in _site_columns(site, town).items():
        setattr(row, name, value)
    await tx.session.flush()
    if (row.name, row.town_id) != shown:
        await mark_renamed(tx, site_id=site_id)
    record(tx, "site.update", "site", row.id, after=site.model_dump(mode="json"))
    return _site_view(row, town, await get_row(tx, Participant, row.participant_id))


async def _check_site(tx: Tx, site: SiteInput) -> Town:
    town = await tx.session.get(Town, site.town_id)
    faults = list(_bell_faults(site))
    if town is None:
        faults.append(FieldError("town_id", "not_found"))
    if faults or town is None:
        raise Invalid(faults)
    return town


def _bell_faults(site: SiteInput) -> Iterator[FieldError]:
    ends = 0
    for number, bell in enumerate(site.bells):
        if bell.until_min <= bell.from_min:
            yield FieldError(f"bells.{number}.until_min", "order")
        if bell.from_min < ends:
            yield FieldError(f"bells.{number}.from_min", "overlap")
        ends = max(ends, bell.until_min)


def _site_columns(site: SiteInput, town: Town) -> dict[str, object]:
    return {
        "town_id": town.id,
        "timezone": town.timezone,
        "name": site.name,
        "latest_end_min": site.latest_end_min,
        "bells": [[bell.from_min, bell.until_min] for bell in site.bells],
    }


def _site_view(site: Site, town: Town, participant: Participant) -> SiteView:
    return SiteView(
        id=site.id,
        code=site.code,
        participant=Ref(id=participant.id, code=participant.code, name=participant.short_name),
        name=site.name,
        town=Ref(id=town.id, code=town.code, name=town.name, name_en=town.name_en),
        timezone=site.timezone,
        latest_end_min=site.latest_end_min,
        bells=tuple((start, end) for start, end in site.bells),
    )


async def _views(tx: Tx, rows: list[Participant]) -> tuple[ParticipantView, ...]:
    ids = [row.id for row in rows]
    towns = {town.id: town for town in await tx.session.scalars(select(Town))}
    sites: dict[int, list[SiteView]] = defaultdict(list)
    by_id = {row.id: row for row in rows}
    for site in await tx.session.scalars(
        select(Site).where(Site.participant_id.in_(ids)).order_by(Site.name, Site.id)
    ):
        owner = by_id[site.participant_id]
        sites[owner.id].append(_site_view(site, towns[site.town_id], owner))
    memberships: dict[int, list[MembershipView]] = defaultdict(list)
    for membership, cluster in await tx.session.execute(
        select(Membership, Cluster)
        .join(Cluster, Cluster.id == Membership.cluster_id)
        .where(Membership.participant_id.in_(ids))
        .order_by(Cluster.name, Membership.joined_on)
    ):
        memberships[membership.participant_id].append(
            MembershipView(
                cluster=Ref(id=cluster.id, code=cluster.code, name=cluster.name, name_en=cluster.name_en),
                profile=membership.profile,
                joined_on=membership.joined_on,
                left_on=membership.left_on,
            )
        )
    views = []
    for row in rows:
        town = towns[row.town_id]
        view = ParticipantView.model_validate(
            {
                "id": row.id,
                "code": row.code,
                "kind": row.kind,
                "state": row.state,
                "name": row.name,
                "short_name": row.short_name,
                "town": Ref(id=town.id, code=town.code, name=town.name, name_en=town.name_en),
                "days_per_week": row.days_per_week,
                "sites": tuple(sites[row.id]),
                "memberships": tuple(memberships[row.id]),
                "revision": row.revision,
            }
        )
        views.append(view)
    return tuple(views)
