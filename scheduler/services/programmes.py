"""Network programmes: agreed by every party, then approved; only then can their modules be requested."""

from collections import defaultdict

from sqlalchemy import select, update

from scheduler import policy
from scheduler.domain.model import Page
from scheduler.domain.programme import ModuleView, PartyView, ProgrammeView
from scheduler.errors import Forbidden, WrongState
from scheduler.persistence.queries.pages import fetch_page
from scheduler.persistence.queries.refs import get_row, refs
from scheduler.persistence.tables.register import Cluster, Competency, EquipmentKind, Participant
from scheduler.persistence.tables.requests import Module, Programme, ProgrammeParty
from scheduler.persistence.transaction import Tx
from scheduler.policy import Target
from scheduler.services.audit import record
from scheduler.services.scope import own_participants, target_of

REQUESTABLE = ("approved", "running")
"""States of a programme whose modules can be requested (3.2-5)."""


async def list_programmes(
    tx: Tx,
    *,
    cluster_id: int | None = None,
    participant_id: int | None = None,
    state: str | None = None,
    limit: int = 50,
    after: str | None = None,
) -> Page[ProgrammeView]:
    """Return a page of programmes by name; `participant_id`: those that it is a party of."""
    policy.require(tx.actor, "programme.read")
    statement = select(Programme)
    if cluster_id is not None:
        statement = statement.where(Programme.cluster_id == cluster_id)
    if participant_id is not None:
        party = select(ProgrammeParty.programme_id).where(ProgrammeParty.participant_id == participant_id)
        statement = statement.where(Programme.id.in_(party))
    if state is not None:
        statement = statement.where(Programme.state == state)
    rows, following = await fetch_page(tx, statement, (Programme.name, Programme.id), limit, after)
    return Page(items=await _views(tx, [row[0] for row in rows]), next=following)


async def get_programme(tx: Tx, programme_id: int) -> ProgrammeView:
    """Return one programme."""
    policy.require(tx.actor, "programme.read")
    return (await _views(tx, [await get_row(tx, Programme, programme_id)]))[0]


async def list_modules(
    tx: Tx,
    *,
    participant_id: int | None = None,
    competency_id: int | None = None,
    limit: int = 50,
    after: str | None = None,
) -> Page[ModuleView]:
    """Return a page of the modules that can be requested; `participant_id`: by that party."""
    policy.require(tx.actor, "programme.read")
    statement = (
        select(Module)
        .join(Programme, Programme.id == Module.programme_id)
        .where(Programme.state.in_(REQUESTABLE))
    )
    if participant_id is not None:
        party = select(ProgrammeParty.programme_id).where(ProgrammeParty.participant_id == participant_id)
        statement = statement.where(Module.programme_id.in_(party))
    if competency_id is not None:
        statement = statement.where(Module.competency_id == competency_id)
    keys = (Module.programme_id, Module.position)
    rows, following = await fetch_page(tx, statement, keys, limit, after)
    return Page(items=await _module_views(tx, [row[0] for row in rows]), next=following)


async def get_module(tx: Tx, module_id: int) -> ModuleView:
    """Return one module, whatever the state of its programme."""
    policy.require(tx.actor, "programme.read")
    return (await _module_views(tx, [await get_row(tx, Module, module_id)]))[0]


async def agree(tx: Tx, programme_id: int, participant_id: int) -> ProgrammeView:
    """Record a party's yes; with the last one a draft becomes agreed. A second yes changes nothing.

    Raises
    ------
    Forbidden
        The participant is no party of it.
    WrongState
        It is past agreeing.
    """
    programme: Programme = await get_row(tx, Programme, programme_id)
    policy.require(tx.actor, "programme.agree", Target(participant_ids=frozenset({participant_id})))
    parties = list(
        await tx.session.scalars(select(ProgrammeParty).where(ProgrammeParty.programme_id == programme_id))
    )
    party = next((p for p in parties if p.participant_id == participant_id), None)
    if party is None:
        raise Forbidden("programme.agree", "not_a_party")
    if party.agreed_at is not None:
        return await get_programme(tx, programme_id)
    if programme.state != "draft":
        raise WrongState("programme", programme.state, ("draft",))
    party.agreed_at = tx.clock.now()
    record(tx, "programme.agree", "programme", programme_id, participant_id=participant_id)
    if all(p.agreed_at is not None for p in parties):
        programme.state = "agreed"
    await tx.session.flush()
    return await get_programme(tx, programme_id)


async def approve(tx: Tx, programme_id: int) -> ProgrammeView:
    """Approve a programme that every party agreed to; its modules can be requested from then on.

    Raises
    ------
    WrongState
        Not every party agreed yet, or it is approved already.
    """
    programme: Programme = await get_row(tx, Programme, programme_id)
    target = await target_of(tx, [programme.base_id])
    policy.require(
        tx.actor,
        "programme.write",
        Target(target.participant_ids, target.cluster_ids | {programme.cluster_id}),
    )
    done = await tx.session.execute(
        update(Programme)
        .where(Programme.id == programme_id, Programme.state == "agreed")
        .values(state="approved")
        .returning(Programme.id)
    )
    if done.first() is None:
        raise WrongState("programme", programme.state, ("agreed",))
    record(tx, "programme.approve", "programme", programme_id)
    return await get_programme(tx, programme_id)


async def awaiting_agreement(tx: Tx) -> tuple[ProgrammeView, ...]:
    """Return the programmes that wait for a yes of the actor's participants."""
    policy.require(tx.actor, "programme.read")
    waiting = select(ProgrammeParty.programme_id).where(
        ProgrammeParty.participant_id.in_(own_participants(tx.actor)), ProgrammeParty.agreed_at.is_(None)
    )
    rows = await tx.session.scalars(
        select(Programme)
        .where(Programme.id.in_(waiting), Programme.state == "draft")
        .order_by(Programme.name)
    )
    return await _views(tx, list(rows))


async def _views(tx: Tx, rows: list[Programme]) -> tuple[ProgrammeView, ...]:
    ids = [row.id for row in rows]
    modules: dict[int, list[ModuleView]] = defaultdict(list)
    for module in await _module_views(
        tx,
        list(
            await tx.session.scalars(
                select(Module).where(Module.programme_id.in_(ids)).order_by(Module.position)
            )
        ),
    ):
        modules[module.programme.id].append(module)
    parties = list(
        await tx.session.scalars(
            select(ProgrammeParty)
            .where(ProgrammeParty.programme_id.in_(ids))
            .order_by(ProgrammeParty.participant_id)
        )
    )
    clusters = await refs(tx, Cluster, [row.cluster_id for row in rows])
    participants = await refs(
        tx, Participant, [*(row.base_id for row in rows), *(p.participant_id for p in parties)]
    )
    return tuple(
        ProgrammeView.model_validate(
            {
                "id": row.id,
                "code": row.code,
                "cluster": clusters[row.cluster_id],
                "base": participants[row.base_id],
                "name": row.name,
                "state": row.state,
                "tags": tuple(row.tags),
                "parties": tuple(
                    PartyView(participant=participants[p.participant_id], agreed_at=p.agreed_at)
                    for p in parties
                    if p.programme_id == row.id
                ),
                "modules": tuple(modules[row.id]),
            }
        )
        for row in rows
    )


async def _module_views(tx: Tx, rows: list[Module]) -> tuple[ModuleView, ...]:
    programmes = await refs(tx, Programme, [row.programme_id for row in rows])
    competencies = await refs(tx, Competency, [row.competency_id for row in rows])
    providers = await refs(tx, Participant, [row.provider_id for row in rows])
    kinds = await refs(tx, EquipmentKind, [row.equipment_kind_id for row in rows])
    return tuple(
        ModuleView(
            id=row.id,
            code=row.code,
            programme=programmes[row.programme_id],
            position=row.position,
            name=row.name,
            hours=row.hours,
            session_hours=row.session_hours,
            competency=competencies[row.competency_id],
            provider=None if row.provider_id is None else providers[row.provider_id],
            needs_trainer=row.needs_trainer,
            equipment_kind=None if row.equipment_kind_id is None else kinds[row.equipment_kind_id],
        )
        for row in rows
    )
