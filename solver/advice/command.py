"""``python -m solver explain``: advice on one request, one activity or one proposed move."""

import argparse
import gc
import hashlib
import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from time import process_time
from typing import Any

from solver.advice.adviser import Adviser
from solver.advice.documents import Alternative, Held, Move, Paid, Ranked, Relaxation, TermChange
from solver.advice.questions import faults_of, placement_of
from solver.advice.words import Speaker
from solver.amendment import Amendment
from solver.codec import load_problem, load_solution, sha256_of
from solver.errors import Fault, InvalidProblem
from solver.problem import Frozen
from solver.solution import Violation
from solver.template import Language
from solver.words import FIRST_DAY, describe, named
from solver.words_of_faults import fault

_ANSWER_AT_LEAST_S = 1.0
_SAID_S = 0.4
"""Kept of the time for what a last trial takes longer, and for the words."""
LANGUAGES: tuple[Language, ...] = ("ru", "en")


def run(given: argparse.Namespace) -> int:
    """Answer and return the exit code.

    Raises
    ------
    InvalidProblem
        A file is faulty, or the question names what the problem does not hold.
    """
    # Mostly the process ends with its answer: to look for what is no longer needed costs more than it gives.
    gc.disable()
    data = Path(given.problem).read_bytes()
    problem = load_problem(data)
    solution = load_solution(Path(given.solution).read_bytes())
    faults: list[Fault] = []
    # A file as we write it has the hash of the problem; another one is brought into that form first.
    known = solution.problem_sha256
    if known != hashlib.sha256(data).hexdigest() and known != sha256_of(problem):
        faults.append(fault("solution", "other_problem"))
    faults += faults_of(given, problem)
    if faults:
        raise InvalidProblem(faults)
    adviser = Adviser(problem, solution)
    if given.requests_stdin:
        _answer_requests(adviser, given)
        return 0
    answers = list(_answers(adviser, given))
    if given.json:
        lines = [_document(adviser, answers)]
    else:
        speaker = Speaker(problem, given.lang)
        lines = [line for name, found in answers for line in _lines(speaker, name, found)]
    sys.stdout.writelines(f"{line}\n" for line in lines)
    return 0


def _answer_requests(adviser: Adviser, given: argparse.Namespace) -> None:
    begun = 0.0
    _ = adviser.desk.compiled
    # What is there now is needed to the end; what comes is not.
    gc.freeze()
    gc.enable()
    for line in sys.stdin:
        asked = argparse.Namespace(**{**vars(given), "request": line.removesuffix("\n")})
        if faults := list(faults_of(asked, adviser.desk.problem)):
            raise InvalidProblem(faults)
        sys.stdout.write(_document(adviser, _answers(adviser, asked, begun)) + "\n")
        sys.stdout.flush()
        begun = process_time()


def _document(adviser: Adviser, answers: Iterable[tuple[str, Any]]) -> str:
    problem = adviser.desk.problem
    speakers = {lang: Speaker(problem, lang) for lang in LANGUAGES}
    document: dict[str, Any] = {name: _json(found, speakers) for name, found in answers}
    document["slot_minutes"] = problem.grid.slot_minutes
    document["slots_per_day"] = problem.grid.slots_per_day
    document["first_day"] = problem.labels.get(FIRST_DAY)
    return json.dumps(document, ensure_ascii=False, sort_keys=True)


def _lines(speaker: Speaker, name: str, found: Any) -> Iterable[str]:
    say: dict[str, Callable[[Any], Iterable[str]]] = {
        "request": speaker.advice,
        "move": speaker.move,
        "chain": speaker.chain,
        "paid": speaker.paid,
        "ranked": speaker.ranked,
    }
    return say[name](found)


def _json(found: Any, speakers: Mapping[Language, Speaker]) -> Any:
    """Return an answer as data, with words beside everything that has some.

    Amendments, which repeat whole rules, are left out.
    """
    if isinstance(found, tuple | list):
        return [_json(one, speakers) for one in found]
    if not isinstance(found, Frozen):
        return found
    data = {
        name: _json(getattr(found, name), speakers)
        for name in type(found).model_fields
        if not isinstance(getattr(found, name), Amendment)
    }
    for lang, speaker in speakers.items():
        if (words := _words(found, speaker)) is not None:
            data[lang] = words
    return data


def _words(found: Frozen, speaker: Speaker) -> Any:
    match found:
        case Held():
            return speaker.reason(found)
        case Relaxation():
            return {
                "change": speaker.change(found),
                "cost": speaker.cost(found.cost),
                "first": speaker.place(found.placements[0]) if found.placements else "",
            }
        case Alternative():
            return speaker.alternative(found)
        case Ranked():
            return speaker.place(found.placement)
        case Paid():
            following = found.next_best
            return {
                "session": named(speaker.problem, found.placement.activity, speaker.lang),
                "place": speaker.place(found.placement),
                "price": speaker.price(found),
                "next_best": _next_best(found, speaker),
                "beside": [] if following is None else speaker.beside(following),
            }
        case Move():
            return list(speaker.move(found))
        case TermChange():
            return speaker.term(found)
        case Violation():
            return describe(speaker.problem, found, speaker.lang)
        case _:
            return None


def _next_best(paid: Paid, speaker: Speaker) -> str | None:
    """Return the next best place, or that none was seen; None: there is none."""
    if paid.next_best is not None:
        return speaker.place(paid.next_best.placement)
    return None if paid.complete else speaker.no_other(paid)


def _answers(adviser: Adviser, given: argparse.Namespace, begun: float = 0.0) -> Iterator[tuple[str, Any]]:
    """Yield the name and the document, or the documents, of every answer to what was asked then."""
    if given.request is not None:
        # What it took to read and to compile counts as well.
        _ = adviser.desk.compiled
        left = max(_ANSWER_AT_LEAST_S, given.seconds - _SAID_S - (process_time() - begun))
        yield "request", adviser.request(given.request, seconds=left)
    if given.activity is None:
        return
    if given.move is not None:
        move = adviser.move(placement_of(adviser.desk, given.activity, given.move))
        yield "move", move
        if move.displaced and move.possible:
            yield "chain", adviser.chain(move.placement)
    elif given.activity in adviser.desk.plan:
        yield "paid", adviser.paid(given.activity)
    yield "ranked", adviser.ranked(given.activity)
