"""Allocation runs: starting one, watching it, its result, accepting it into a draft."""

from typing import Any

from litestar import Request, Response, get, post
from litestar.background_tasks import BackgroundTask

from api.language import language_of
from api.texts import N_
from api.v1.parameters import Id
from api.web import query
from api.web.curve import curve_of
from api.web.forms import Form, read, typed
from api.web.labels import LABELS as WORDS
from api.web.labels import label
from api.web.lists import choose_campaign, known_campaigns
from api.web.page import Html, page, see
from api.web.rights import may
from api.web.transactions import reading, writing
from scheduler.domain.run import RunOptions
from scheduler.errors import FieldError, Invalid
from scheduler.persistence.transaction import Tx
from scheduler.services import runs, versions

AnyRequest = Request[Any, Any, Any]

LABELS = {
    "campaign_id": N_("Campaign"),
    "time_limit_s": N_("Time limit, seconds"),
    "seed": N_("Seed"),
    "freeze_until": N_("Keep everything before"),
    "repair": N_("Repair"),
}
LIVE = ("queued", "running")


@get("/runs")
async def list_runs(request: AnyRequest) -> Html:
    """Show the runs of a campaign and, to its coordinator, the form that starts one."""
    settings = request.app.state.settings
    values = {
        "time_limit_s": [str(settings.run_time_limit_s)],
        "seed": ["1"],
        "keep_published": ["yes"],
        "repair": ["yes"] if query.text(request, "repair") else [],
    }
    async with reading(request) as tx:
        return await _list(request, tx, Form(language_of(request), values, LABELS))


@post("/runs", status_code=303)
async def start_run(request: AnyRequest) -> Response[Any]:
    """Start a run, or show the form again with every fault."""
    form = await typed(request, language_of(request), LABELS)
    names = ("time_limit_s", "seed", "freeze_until")
    values: dict[str, Any] = {name: form.optional(name) for name in names}
    campaign_id = form.text("campaign_id")
    try:
        if not (campaign_id.isascii() and campaign_id.isdecimal()):
            raise Invalid([FieldError("campaign_id", "required")])
        ticks = {name: bool(form.text(name)) for name in ("keep_published", "repair")}
        options = read(RunOptions, values | ticks)
        async with writing(request) as tx:
            run = await runs.start_run(tx, int(campaign_id), options)
    except Invalid as error:
        form.refuse(error.errors, lambda path: path)
        async with reading(request) as tx:
            return await _list(request, tx, form, 422)
    response = see(f"/runs/{run.id}")
    response.background = BackgroundTask(request.app.state.wake)
    return response


@get("/runs/{run_id:int}")
async def show_run(request: AnyRequest, run_id: Id) -> Html:
    """Show how a run goes, or what came of it."""
    lang = language_of(request)
    async with reading(request) as tx:
        run = await runs.get_run(tx, run_id)
        points = await runs.progress_since(tx, run_id)
        version = await versions.get_version(tx, run.version_id) if run.version_id else None
        return await page(
            request,
            tx,
            "run.html",
            run=run,
            live=run.state in LIVE,
            last=points[-1] if points else None,
            curve=curve_of(points, run.options.time_limit_s if run.state in LIVE else None),
            stages={code: label(lang, "stage", code) for code in WORDS["stage"]},
            states={code: label(lang, "run_state", code) for code in WORDS["run_state"]},
            version=version,
            may_stop=run.state in LIVE and may(request.user, "run.stop"),
            may_accept=run.report is not None and version is None and may(request.user, "run.accept"),
        )


@post("/runs/{run_id:int}/stop", status_code=303)
async def stop_run(request: AnyRequest, run_id: Id) -> Response[Any]:
    """Ask a run to end with the best plan that it has."""
    async with writing(request) as tx:
        await runs.stop_run(tx, run_id)
    return see(f"/runs/{run_id}?done=stopping")


@post("/runs/{run_id:int}/accept", status_code=303)
async def accept_run(request: AnyRequest, run_id: Id) -> Response[Any]:
    """Make a draft version of a run's plan."""
    async with writing(request) as tx:
        version = await runs.accept_run(tx, run_id)
    return see(f"/versions/{version.id}?done=accepted")


async def _list(request: AnyRequest, tx: Tx, form: Form, status: int = 200) -> Html:
    campaign = await choose_campaign(tx, query.number(request, "campaign"))
    found = await runs.list_runs(
        tx,
        campaign_id=campaign.id if campaign else None,
        after=query.text(request, "after"),
        limit=25,
    )
    return await page(
        request,
        tx,
        "runs.html",
        status,
        form=form,
        campaign=campaign,
        campaigns=await known_campaigns(tx),
        runs=found.items,
        next=query.next_page(request, found.next),
        may_start=campaign is not None and may(request.user, "run.start"),
    )


ROUTES = (list_runs, start_run, show_run, stop_run, accept_run)
