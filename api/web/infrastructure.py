"""Infrastructure lists: what a season asks of workshops, what they lack, and the form of a new list."""

from typing import Any

from litestar import Request, Response, get, post

from api.language import language_of
from api.texts import N_
from api.web import query
from api.web.forms import Form, read, typed
from api.web.lists import competency_choices
from api.web.page import Html, page, see
from api.web.rights import may
from api.web.transactions import reading, writing
from scheduler.domain.infrastructure import InfrastructureInput
from scheduler.errors import Invalid
from scheduler.persistence.transaction import Tx
from scheduler.services import infrastructure, participants

AnyRequest = Request[Any, Any, Any]

LABELS = {
    "competency_id": N_("Competency"),
    "season": N_("Season"),
    "valid_from": N_("In force from"),
    "source": N_("Source"),
    "items": N_("Equipment"),
}
ROWS = 6
"""Lines of the form; more are for the programming interface."""


@get("/infrastructure")
async def list_infrastructure(request: AnyRequest) -> Html:
    """Show the lists and, to a coordinator, the form of a new one."""
    async with reading(request) as tx:
        return await _list(request, tx, Form(language_of(request), {}, LABELS))


@post("/infrastructure", status_code=303)
async def create_infrastructure(request: AnyRequest) -> Response[Any]:
    """Store a list, or show the form again with every fault."""
    form = await typed(request, language_of(request), LABELS)
    try:
        given = _input(form)
        async with writing(request) as tx:
            await infrastructure.create_infrastructure(tx, given)
    except Invalid as error:
        form.refuse(error.errors, lambda path: path.partition(".")[0])
        async with reading(request) as tx:
            return await _list(request, tx, form, 422)
    return see("/infrastructure?done=listed")


def _input(form: Form) -> InfrastructureInput:
    """Return the service's input; a line without a kind is left out.

    Raises
    ------
    Invalid
        The form cannot be a list yet.
    """
    values: dict[str, Any] = {
        name: form.optional(name) for name in ("competency_id", "season", "valid_from", "source")
    }
    items = [
        {
            "equipment_kind_id": form.text(f"kind{row}"),
            "count": form.text(f"count{row}") or 1,
            "workplaces": form.text(f"workplaces{row}") or 1,
        }
        for row in range(ROWS)
        if form.text(f"kind{row}")
    ]
    return read(InfrastructureInput, values | {"items": items})


async def _list(request: AnyRequest, tx: Tx, form: Form, status: int = 200) -> Html:
    lang = language_of(request)
    chosen = query.number(request, "competency")
    found = await infrastructure.list_infrastructure(
        tx, competency_id=chosen, after=query.text(request, "after"), limit=25
    )
    kinds = await participants.list_equipment_kinds(tx)
    return await page(
        request,
        tx,
        "infrastructure.html",
        status,
        form=form,
        lists=found.items,
        next=query.next_page(request, found.next),
        chosen=chosen,
        rows=range(ROWS),
        competencies=await competency_choices(tx, lang),
        kinds=[(kind.id, kind.name if lang == "ru" else kind.name_en) for kind in kinds],
        may_write=may(request.user, "setting.write"),
    )


ROUTES = (list_infrastructure, create_infrastructure)
