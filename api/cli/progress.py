"""An allocation on the terminal: one line that says how it stands, Ctrl-C keeps the best plan."""

import asyncio
import signal
import sys
from collections.abc import Callable

import click

from api.cli.terminal import Failure, say, terminal_language
from api.texts import hours, number, percent
from api.web.labels import label
from scheduler.config import Settings
from scheduler.domain.run import ProgressView, RunOptions, RunView
from scheduler.jobs.embedded import EmbeddedWorker
from scheduler.persistence.engine import Database
from scheduler.policy import SYSTEM
from scheduler.services import runs

LOOK_S = 0.5
ENDED = frozenset({"succeeded", "stopped", "failed", "lost"})
PLAIN_EVERY_S = 5.0
"""Where the output is no terminal a line cannot be rewritten, so fewer are written."""


async def allocate_campaign(
    db: Database, campaign_id: int, options: RunOptions, settings: Settings
) -> RunView:
    """Run an allocation of a campaign here and show it; return it when it has a plan.

    A run of the campaign that is under way is followed instead; one whose process was killed is begun
    again as soon as its lease has run out.

    Raises
    ------
    Failure
        It ended without a plan.
    """
    async with EmbeddedWorker(db, settings.model_copy(update={"run_slots": 1})) as worker:
        run_id = await under_way(db, campaign_id)
        if run_id is None:
            async with db.write_tx(SYSTEM) as tx:
                run_id = (await runs.start_run(tx, campaign_id, options)).id
        else:
            click.echo(say("An allocation that was begun before goes on."))
        worker.wake()
        run = await watch(db, run_id)
    if run.report is None:
        raise Failure(say("The allocation ended without a plan: %(reason)s", reason=run.error or run.state))
    return run


async def under_way(db: Database, campaign_id: int) -> int | None:
    """Return the campaign's run that has not ended, None: all have."""
    async with db.read_tx(SYSTEM) as tx:
        for state in ("running", "queued"):
            page = await runs.list_runs(tx, campaign_id=campaign_id, state=state, limit=1)
            if page.items:
                return page.items[0].id
    return None


async def watch(db: Database, run_id: int) -> RunView:
    """Show a run until it ends; Ctrl-C asks it to stop."""
    show = rewriting_line() if sys.stdout.isatty() else plain_lines()
    loop = asyncio.get_running_loop()
    interrupted = asyncio.Event()
    loop.add_signal_handler(signal.SIGINT, interrupted.set)
    seen, asked = 0, False
    try:
        while True:
            async with db.read_tx(SYSTEM) as tx:
                run = await runs.get_run(tx, run_id)
                points = await runs.progress_since(tx, run_id, seen)
            if points:
                seen = points[-1].seq
                show(points[-1])
            if run.state in ENDED:
                return run
            if interrupted.is_set() and not asked:
                asked = True
                async with db.write_tx(SYSTEM) as tx:
                    await runs.stop_run(tx, run_id)
            await asyncio.sleep(LOOK_S)
    finally:
        loop.remove_signal_handler(signal.SIGINT)
        if sys.stdout.isatty():
            click.echo()


def rewriting_line() -> Callable[[ProgressView], None]:
    """Return what shows a point in place of the one before."""

    def show(point: ProgressView) -> None:
        click.echo(f"\r\x1b[2K{line_of(point)}", nl=False)

    return show


def plain_lines() -> Callable[[ProgressView], None]:
    """Return what shows a point on a line of its own, now and then."""
    shown_s, stage = -PLAIN_EVERY_S, ""

    def show(point: ProgressView) -> None:
        nonlocal shown_s, stage
        if point.seconds - shown_s >= PLAIN_EVERY_S or point.stage != stage:
            shown_s, stage = point.seconds, point.stage
            click.echo(line_of(point))

    return show


def line_of(point: ProgressView) -> str:
    """Return how an allocation stands: learner-hours are academic hours that stay unserved."""
    lang = terminal_language()
    unknown = "–"
    return say(
        "%(stage)s: unserved %(objective)s learner-hours, bound %(bound)s, gap %(gap)s, "
        "unplaced %(unplaced)s, %(seconds)s s",
        stage=label(lang, "stage", point.stage),
        objective=hours(lang, point.objective),
        bound=unknown if point.bound is None else hours(lang, point.bound),
        gap=unknown if point.gap_permille is None else percent(lang, point.gap_permille),
        unplaced=number(lang, point.unplaced),
        seconds=number(lang, point.seconds, 0),
    )
