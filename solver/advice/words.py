"""Advice in words, Russian and English, line by line."""

from collections.abc import Iterable, Iterator

from solver.advice.documents import (
    Alternative,
    Chain,
    Cost,
    Held,
    Holder,
    Move,
    Paid,
    Ranked,
    Relaxation,
    RequestAdvice,
    TermChange,
)
from solver.problem import Problem
from solver.rules import kind, parsed
from solver.rules.guaranteed_share import LEARNER_HOUR_MINUTES, GuaranteedShareParams
from solver.solution import Placement
from solver.template import Language, Words
from solver.words import describe, named, rank, said

_W = {
    "asked": Words(
        "«{request_id}»: размещено {placed} из {asked:занятия|занятий|занятий}",
        "“{request_id}”: {placed} of {asked:session|sessions} placed",
    ),
    "refused": Words(
        "Без места: {sessions:занятие|занятия|занятий} ({activity_ids})",
        "Without a place: {sessions:session|sessions} ({activity_ids})",
    ),
    "proved": Words("доказано: так при любом расписании", "proved: so in any timetable"),
    "held": Words(
        "держит {activity_id}: {class_id}, {participant_id}",
        "held by {activity_id}: {class_id}, {participant_id}",
    ),
    "more": Words("и ещё {holders}", "and {holders} more"),
    "more_held": Words("и ещё {holders:занятие|занятия|занятий}", "and {holders:more session|more sessions}"),
    "relaxations": Words("Что изменить:", "What would have to give:"),
    "no_relaxation": Words(
        "Ни одно малое изменение из рассмотренных не помогает.", "None of the small changes looked at helps."
    ),
    "incomplete": Words("Рассмотрено не всё: вышло время.", "Not everything was looked at: time ran out."),
    "places": Words(
        "{what} — разместится {placed} из {asked}: {where}", "{what} — places {placed} of {asked}: {where}"
    ),
    "both": Words("{first}; и {other}", "{first}; and {other}"),
    "free": Words("никого не сдвигает", "moves nobody"),
    "moves": Words("сдвигает {moved:занятие|занятия|занятий}", "moves {moved:session|sessions}"),
    "loses": Words(
        "класс «{class_id}»: {lost:занятие выпадает|занятия выпадают|занятий выпадает} ({hours} чел.-ч)",
        "class “{class_id}”: {lost:session falls|sessions fall} out ({hours} learner-hours)",
    ),
    "alternatives": Words("Ближайшее свободное:", "Nearest that is free:"),
    "granted": Words("Размещено:", "Placed:"),
    "paid": Words("чем заплачено: {price}", "paid: {price}"),
    "next_best": Words("следующее по качеству: {where}", "the next best: {where}"),
    "only": Words("другого свободного места нет", "there is no other free place"),
    "none_seen": Words(
        "среди просмотренных мест другого свободного нет", "none of the other places looked at is free"
    ),
    "move": Words("Предложено: {where}", "Proposed: {where}"),
    "was": Words("сейчас: {where}", "now: {where}"),
    "unplaced": Words("сейчас без места", "without a place now"),
    "clean": Words("не нарушает ничего", "breaks nothing"),
    "breaks": Words("нарушает: {breach}", "breaks: {breach}"),
    "impossible": Words(
        "мешает не только занятость: так нельзя, кто бы ни ушёл", "others leaving would not be enough"
    ),
    "displaced": Words(
        "вытеснит: {activity_id} ({class_id}, {participant_id})",
        "would displace {activity_id} ({class_id}, {participant_id})",
    ),
    "ranked": Words("Лучшие свободные места:", "The best free places:"),
    "none_free": Words("Свободного места не нашлось.", "No free place was found."),
    "chain": Words("Чтобы место нашлось:", "So that it fits:"),
    "step": Words("{activity_id}: {was} → {becomes}", "{activity_id}: {was} → {becomes}"),
    "out": Words("без места", "no place"),
    "no_chain": Words("цепочка перестановок не найдена", "no chain of moves was found"),
    "term": Words("{name_id} ({unit_id}): {before} → {after}", "{name_id} ({unit_id}): {before} → {after}"),
    "no_terms": Words("оценка не меняется", "the score stays"),
    "costs": Words("{name_id}: {amount}", "{name_id}: {amount}"),
    "worse": Words("{name_id}: хуже на {amount}", "{name_id}: worse by {amount}"),
    "better": Words("{name_id}: лучше на {amount}", "{name_id}: better by {amount}"),
    "no_difference": Words("ничем не хуже и не лучше", "neither worse nor better"),
    "wishes": Words(
        "нежелательные время или ресурсы: {points:балл|балла|баллов}",
        "unwanted time or resources: {points:point|points}",
    ),
    "nothing": Words(
        "ничего: ни дороги, ни нежелательных часов и мест",
        "nothing: no travel, no unwanted hours or places",
    ),
    "time": Words("время", "time"),
    "gap": Words("промежуток между занятиями", "the gap between sessions"),
    "as_asked": Words("как просили", "as asked for"),
    "a_place": Words("ничего не менять: место есть", "change nothing: there is a place"),
    "others_move": Words(
        "ничего не менять: достаточно сдвинуть других", "change nothing: it is enough that others move"
    ),
    "new": Words("ещё одно: {like_id}", "one more: {like_id}"),
}

_UNITS = {
    "learner_minutes": Words("учащихся × минуты", "learner-minutes"),
    "learner_minutes_one_way": Words("учащихся × минуты пути", "learner-minutes on the road"),
    "permille": Words("тысячных доли", "thousandths"),
    "points": Words("баллы", "points"),
    "weighted_people": Words("люди × срочность × вид перемены", "people × notice × kind of change"),
    "excess": Words("сверх нормы", "beyond the norm"),
    "slots": Words("шагов сетки времени", "slots of time"),
    "nights": Words("ночи", "nights"),
    "pairs": Words("пары занятий", "pairs of sessions"),
    "resources": Words("места и люди", "places and people"),
    "days": Words("дни", "days"),
}
_STAGES = {
    "guarantee": Words("недодано из обещанной доли", "short of a guaranteed share"),
    "coverage": Words("не обслужено", "unserved"),
    "fairness": Words("недополучено", "short of the fair share"),
    "rest": Words("", ""),
    "change": Words("", ""),
}
_MINUTES = Words("{amount_minutes}", "{amount_minutes}")
_ONE_WAY = Words("{hours} ч {rest} мин на всех в один конец", "{hours} h {rest} min for all, one way")
_POINTS = Words("{points:балл|балла|баллов}", "{points:point|points}")
_HOLDERS_SHOWN = 3
_TIMES_SHOWN = 3


class Speaker:
    """Puts advice on one problem into words of one language."""

    def __init__(self, problem: Problem, lang: Language) -> None:
        self.problem = problem
        self.lang = lang
        self._titles = {rule.id: kind(rule.kind).title for rule in problem.rules}
        self._owed = {
            guarantee.name: (guarantee.owner, guarantee.competency)
            for found in parsed(problem)
            if isinstance(found.params, GuaranteedShareParams)
            for guarantee in found.params.guarantees
        }

    def _say(self, code: str, /, **facts: int | str) -> str:
        return said(self.problem, _W[code], facts, self.lang)

    def _in(self, words: Words) -> str:
        return words.ru if self.lang == "ru" else words.en

    def place(self, placement: Placement | None) -> str:
        """Return when and where a placement is; learners and units are left aside."""
        if placement is None:
            return self._say("out")
        what = self.what(placement)
        return f"{self.when(placement)}; {what}" if what else self.when(placement)

    def when(self, placement: Placement) -> str:
        """Return the meetings of a placement, the first few of many."""
        words = Words("{from_slot}–{to_clock}", "{from_slot}–{to_clock}")
        times = [
            said(self.problem, words, {"from_slot": start, "to_clock": end}, self.lang)
            for start, end in placement.meetings[:_TIMES_SHOWN]
        ]
        more = len(placement.meetings) - len(times)
        return ", ".join(times) + (f" {self._say('more', holders=more)}" if more else "")

    def what(self, placement: Placement) -> str:
        """Return the resources of a placement that the request does not bring itself."""
        names = []
        for name in placement.resources.values():
            resource = self.problem.resource_by_id.get(name)
            if resource is None:
                # One that an amendment adds is named after its like.
                like = name.rstrip("+")
                added = like in self.problem.resource_by_id
                names.append(self._say("new", like_id=like) if added else name)
            elif not resource.size:
                names.append(named(self.problem, name, self.lang))
        return ", ".join(names)

    def term(self, term: TermChange) -> str:
        """Return a term before and after."""
        unit = _UNITS.get(term.unit)
        return self._say(
            "term",
            name_id=self._term_name(term),
            unit_id=self._in(unit) if unit is not None else term.unit,
            before=term.before,
            after=term.after,
        )

    def _term_name(self, term: TermChange) -> str:
        stage = self._in(_STAGES[term.stage])
        label = named(self.problem, term.name, self.lang)
        if label == term.name and term.stage == "guarantee":
            label = ", ".join(named(self.problem, id_, self.lang) for id_ in self._owed[term.name])
        if label == term.name and term.stage in ("rest", "change"):
            label = self._in(self._titles.get(term.rule, Words(label, label)))
        return f"{stage}: {label}" if stage else label

    def _amount(self, term: TermChange) -> str:
        """Return how much of a term there is more or less, in its unit."""
        amount = abs(term.delta)
        match term.unit:
            case "learner_minutes":
                return said(self.problem, _MINUTES, {"amount_minutes": amount}, self.lang)
            case "learner_minutes_one_way":
                hours, rest = divmod(amount, 60)
                return said(self.problem, _ONE_WAY, {"hours": hours, "rest": rest}, self.lang)
            case "points":
                return said(self.problem, _POINTS, {"points": amount}, self.lang)
            case unit:
                return f"{amount} ({self._in(_UNITS[unit]) if unit in _UNITS else unit})"

    def price(self, paid: Paid) -> list[str]:
        """Return what a placement costs: travel and the like, unwanted times and resources, change."""
        # What a session without a place would have cost is no price of this place.
        found = [
            self._say("costs", name_id=self._term_name(term), amount=self._amount(term))
            for term in paid.terms
            if term.stage in ("rest", "change") and term.unit != "points" and term.delta > 0
        ]
        if paid.penalty:
            found.append(self._say("wishes", points=paid.penalty))
        return found or [self._say("nothing")]

    def beside(self, ranked: Ranked) -> list[str]:
        """Return in what a free place is worse or better than the one that is held."""
        return [
            self._say(
                "worse" if term.delta > 0 else "better",
                name_id=self._term_name(term),
                amount=self._amount(term),
            )
            for term in ranked.terms
        ] or [self._say("no_difference")]

    def terms(self, terms: Iterable[TermChange]) -> list[str]:
        """Return the terms that change, or that none does."""
        return [self.term(term) for term in terms] or [self._say("no_terms")]

    def reason(self, held: Held) -> list[str]:
        """Return a reason and who holds the place, with class and participant."""
        bare = held.reason.model_copy(update={"holders": ()})
        text = describe(self.problem, bare, self.lang)
        if held.reason.proof != "none":
            text += f" [{self._say('proved')}]"
        of_request: dict[str, Holder] = {}
        for holder in held.holders:
            of_request.setdefault(holder.request, holder)
        shown = list(of_request.values())[:_HOLDERS_SHOWN]
        lines = [text, *(f"  {self._holder('held', holder)}" for holder in shown)]
        if more := len(held.holders) - len(shown):
            lines.append(f"  {self._say('more_held', holders=more)}")
        return lines

    def _holder(self, code: str, holder: Holder) -> str:
        return self._say(
            code,
            activity_id=holder.activity,
            class_id=rank(self.problem, holder.request, self.lang),
            participant_id=holder.participant,
        )

    def cost(self, cost: Cost) -> str:
        """Return what others bear."""
        moved = sum(1 for s in cost.moved if s.before is not None and s.after is not None)
        parts = [self._say("moves", moved=moved)] if moved else []
        of_class: dict[str, list[int]] = {}
        for holder in cost.lost:
            minutes = self.problem.activity_by_id[holder.activity].learner_minutes
            of_class.setdefault(rank(self.problem, holder.request, self.lang), []).append(minutes)
        for name, lost in of_class.items():
            hours = sum(lost) // LEARNER_HOUR_MINUTES
            parts.append(self._say("loses", class_id=name, lost=len(lost), hours=hours))
        return ", ".join(parts) or self._say("free")

    def change(self, relaxation: Relaxation) -> str:
        """Return what a relaxation changes."""
        if not relaxation.ways:
            return self._say("others_move" if relaxation.cost.moved else "a_place")
        first, *others = (describe(self.problem, way, self.lang) for way in relaxation.ways)
        for other in others:
            first = self._say("both", first=first, other=other)
        return first

    def relaxation(self, relaxation: Relaxation) -> str:
        """Return a relaxation with what it places and what it costs others."""
        first = self.place(relaxation.placements[0]) if relaxation.placements else ""
        facts: dict[str, int | str] = {"placed": relaxation.placed, "asked": relaxation.asked, "where": first}
        return self._say("places", what=self.change(relaxation), **facts) + f" ({self.cost(relaxation.cost)})"

    def alternative(self, alternative: Alternative) -> str:
        """Return a free place and in what it differs from the request."""
        differs = [
            self._say(what) if what in ("time", "gap", "as_asked") else named(self.problem, what, self.lang)
            for what in alternative.differs
        ]
        return f"{self.place(alternative.placement)} ({', '.join(differs)})"

    def paid(self, paid: Paid) -> Iterator[str]:
        """Yield a placement, its terms and the next best one."""
        name = named(self.problem, paid.placement.activity, self.lang)
        yield f"{name}: {self.place(paid.placement)}"
        yield f"  {self._say('paid', price='; '.join(self.price(paid)))}"
        following = paid.next_best
        if following is None:
            yield f"  {self.no_other(paid)}"
            return
        yield f"  {self._say('next_best', where=self.place(following.placement))}"
        for line in self.beside(following):
            yield f"    {line}"

    def no_other(self, paid: Paid) -> str:
        """Return that there is no next best place, or that none was seen."""
        return self._say("only" if paid.complete else "none_seen")

    def move(self, move: Move) -> Iterator[str]:
        """Yield what a move breaks, whom it displaces, and the terms that change."""
        yield self._say("move", where=self.place(move.placement))
        there = move.before
        yield self._say("unplaced") if there is None else self._say("was", where=self.place(there))
        for violation in move.violations:
            yield self._say("breaks", breach=describe(self.problem, violation, self.lang))
        if not move.violations:
            yield self._say("clean")
        for holder in move.displaced:
            yield self._holder("displaced", holder)
        if not move.possible:
            yield self._say("impossible")
        for line in self.terms(move.terms_displaced):
            yield f"  {line}"

    def ranked(self, ranked: Iterable[Ranked]) -> Iterator[str]:
        """Yield free places with their effect, or that none was found."""
        lines = [f"  {self.place(one.placement)}: {'; '.join(self.terms(one.terms))}" for one in ranked]
        yield self._say("ranked" if lines else "none_free")
        yield from lines

    def chain(self, chain: Chain | None) -> Iterator[str]:
        """Yield the steps of a chain."""
        if chain is None:
            yield self._say("no_chain")
            return
        yield self._say("chain")
        for step in chain.steps:
            facts = {"was": self.place(step.before), "becomes": self.place(step.after)}
            yield "  " + self._say("step", activity_id=step.activity, **facts)
        for line in self.terms(chain.terms):
            yield f"  {line}"

    def advice(self, advice: RequestAdvice) -> Iterator[str]:
        """Yield all that is to be said of a request."""
        yield self._say("asked", request_id=advice.request, placed=advice.placed, asked=advice.asked)
        for refusal in advice.refusals:
            names, sessions = ",".join(refusal.activities), len(refusal.activities)
            yield self._say("refused", sessions=sessions, activity_ids=names)
            for held in refusal.reasons:
                yield from (f"  {line}" for line in self.reason(held))
        if advice.refusals:
            yield self._say("relaxations") if advice.relaxations else self._say("no_relaxation")
            yield from (f"  {self.relaxation(one)}" for one in advice.relaxations)
            if not advice.complete:
                yield f"  {self._say('incomplete')}"
            if advice.alternatives:
                yield self._say("alternatives")
                yield from (f"  {self.alternative(one)}" for one in advice.alternatives)
        if advice.granted:
            yield self._say("granted")
            for paid in advice.granted:
                yield from (f"  {line}" for line in self.paid(paid))
