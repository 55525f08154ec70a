"""What is wrong with a document, Russian and English: every text of a fault that no single rule owns."""

import errno
from collections.abc import Mapping

from solver.errors import Fault
from solver.problem import Noun
from solver.template import Words

FAULTS: Mapping[str, Words] = {
    # What is no document.
    "not_json": Words(
        "это не JSON: исправьте запись в строке {line}, столбце {column}",
        "is no JSON: correct what is written in line {line}, column {column}",
    ),
    "not_text": Words(
        "это не текст в UTF-8: сохраните файл в UTF-8",
        "is no text in UTF-8: save the file as UTF-8",
    ),
    "too_deep": Words(
        "скобки вложены слишком глубоко: это не задача и не расписание",
        "is nested too deeply: it is neither a problem nor a plan",
    ),
    "not_object": Words("должен быть объект JSON", "is no JSON object: write one"),
    "format": Words(
        "известен формат {known}, а здесь {found}: укажите {known} или возьмите другую версию программы",
        "this reader knows format {known}, the document has {found}: state {known} or use another version",
    ),
    "repeated_key": Words(
        "записан в одном объекте {times:раз|раза|раз}: оставьте один",
        "is written {times:time|times} in one object: leave one",
    ),
    # Shape, by the type that pydantic gives an error.
    "missing": Words("обязательное поле не задано: добавьте его", "is required and not there: add it"),
    "extra_forbidden": Words(
        "такого поля нет: уберите его или исправьте имя", "is no known field: remove it or correct its name"
    ),
    "int_type": Words(
        "должно быть целое число без кавычек и дробной части",
        "is no integer: write a whole number without quotes",
    ),
    "int_parsing_size": Words("число слишком велико", "is too large a number"),
    "bool_type": Words("должно быть true или false", "is neither true nor false"),
    "string_type": Words("должен быть текст в кавычках", "is no text: write it in quotes"),
    "tuple_type": Words("должен быть список в [ ]", "is no list: write it in [ ]"),
    "dict_type": Words("должен быть объект в {{ }}", "is no object: write it in {{ }}"),
    "literal_error": Words("такого значения нет; есть: {expected}", "is none of the values: {expected}"),
    "greater_than": Words("должно быть больше {gt}", "must be more than {gt}"),
    "greater_than_equal": Words("должно быть не меньше {ge}", "must be {ge} or more"),
    "less_than_equal": Words("должно быть не больше {le}", "must be {le} or less"),
    "too_short": Words(
        "здесь {actual_length}, а нужно не меньше {min_length}: добавьте",
        "has {actual_length}, at least {min_length} needed: add more",
    ),
    "too_long": Words(
        "здесь {actual_length}, а можно не больше {max_length}: уберите лишнее",
        "has {actual_length}, at most {max_length} allowed: remove what is too much",
    ),
    "other": Words("значение не подходит ({type})", "the value does not fit ({type})"),
    # References and lists.
    "unknown": Words(
        "среди {noun} нет «{name}»: исправьте имя или добавьте",
        "unknown {noun} “{name}”: correct the name or add it",
    ),
    "repeated_id": Words(
        "встречается {times:раз|раза|раз}: имена в списке не должны повторяться",
        "occurs {times:time|times}: names of a list are unique",
    ),
    # Time and distances.
    "days": Words(
        "в сроке {days:день|дня|дней}, а можно не больше {most}: сократите срок",
        "the horizon has {days:day|days}, at most {most} are served: shorten it",
    ),
    "slots": Words(
        "в сроке {slots:отрезок|отрезка|отрезков} времени, а можно не больше {most}: возьмите их длиннее",
        "the horizon has {slots:slot|slots}, at most {most} are served: make slots longer",
    ),
    "no_date": Words(
        "«{text}» не дата: запишите её как 2027-01-11", "“{text}” is no date: write it as 2027-01-11"
    ),
    "no_monday": Words(
        "«{text}» не понедельник, а срок начинается с него: назовите понедельник первой недели",
        "“{text}” is no Monday, and the horizon begins with one: name the Monday of the first week",
    ),
    "distance_rows": Words(
        "нужна таблица {areas} × {areas}: по строке и по числу на каждую территорию из areas",
        "needs {areas:row|rows} of {areas:number|numbers}, one for each area",
    ),
    "lacks_area": Words(
        "нет территории «{name}», которую называет площадка или дом: добавьте её и расстояния до неё",
        "lacks the area “{name}” of a place or a home: add it with its distances",
    ),
    "meeting": Words(
        "встреча [{start}, {end}) пустая, раньше начала срока или не по порядку: исправьте времена",
        "[{start}, {end}) is empty, before the horizon or out of order: correct the times",
    ),
    "past_horizon": Words(
        "кончается в {end}, а срок — в {horizon}: сдвиньте или продлите срок (grid.weeks)",
        "ends at {end}, the horizon at {horizon}: move it or add weeks to the grid",
    ),
    "repeated_option": Words(
        "такой вариант в наборе уже есть: уберите повтор", "repeats an option of the set: remove it"
    ),
    # Resources, requests, activities.
    "unit_count": Words(
        "названо {named:единица|единицы|единиц}, а capacity {capacity}: приведите в соответствие",
        "names {named:unit|units}, the capacity is {capacity}: make them agree",
    ),
    "repeated_unit": Words("единица названа дважды: уберите повтор", "names a unit twice: remove one"),
    "repeated_candidate": Words(
        "встречается в наборе {times:раз|раза|раз}: оставьте один",
        "occurs {times:time|times} in the set: leave one",
    ),
    "chain": Words(
        "цепочка «{name}» принадлежит другой заявке: дайте этой другое имя",
        "chain “{name}” belongs to another request: name this one otherwise",
    ),
    "repeated_role": Words(
        "роль «{name}» встречается {times:раз|раза|раз}: назовите роли по-разному",
        "role “{name}” occurs {times:time|times}: name roles apart",
    ),
    "not_whole": Words(
        "заявка не делится на части, но ни одно правило all_or_none её не называет: "
        "добавьте её в requests такого правила или укажите partial: true",
        "it is not to be served in part, yet no rule all_or_none names it: "
        "add it to the requests of such a rule, or set partial to true",
    ),
    "worth": Words(
        "все занятия вместе дают {sum} человеко-минут, а считать можно до {most}: уменьшите size "
        "или contact_minutes, здесь они наибольшие",
        "all activities together are worth {sum} learner-minutes, at most {most} can be counted: "
        "lower size or contact_minutes, they are the largest here",
    ),
    # Rules.
    "hard_weight": Words(
        "{kind} — жёсткое правило, веса у него нет: уберите weight",
        "{kind} is a hard rule and has no weight: remove it",
    ),
    "soft_weight": Words(
        "{kind} — мягкое правило, ему нужен вес: добавьте weight",
        "{kind} is a soft rule and needs a weight: add one",
    ),
    "cost": Words(
        "цена нарушений дошла бы до {sum}, а считать можно до {most}: уменьшите вес, штрафы или пределы",
        "what it costs could reach {sum}, at most {most} can be counted: "
        "lower the weight, the penalties or the limits",
    ),
    "span": Words(
        "отрезок [{start}, {end}) пустой: конец должен быть позже начала",
        "the span [{start}, {end}) is empty: it ends after its start",
    ),
    "no_limit": Words(
        "нужен предел: добавьте at_most или at_least", "needs a limit: add at_most or at_least"
    ),
    "crossed": Words(
        "at_least ({at_least}) больше at_most ({at_most}): исправьте один из пределов",
        "at_least ({at_least}) is more than at_most ({at_most}): correct one of them",
    ),
    "pinned_elsewhere": Words(
        "занятие «{name}» уже закреплено правилом «{rule}»: оставьте одно закрепление",
        "activity “{name}” is already pinned by the rule “{rule}”: leave one pin",
    ),
    # Commands.
    "other_problem": Words(
        "расписание составлено для другой задачи", "the plan was made for another problem"
    ),
    "no_question": Words("назовите заявку или занятие", "name a request or an activity"),
    "no_activity_moved": Words("переносят занятие: назовите его", "a move is that of an activity: name it"),
    "no_role": Words(
        "у занятия нет такой роли; есть: {roles}", "the activity has no such role; it has: {roles}"
    ),
    "missing_file": Words("нет такого файла: проверьте путь", "there is no such file: correct the path"),
    "is_folder": Words("это папка: назовите файл", "is a folder: name a file"),
    "not_permitted": Words("нет прав на этот файл", "is not yours to read or to write: mind its permissions"),
    "not_opened": Words("файл не открыть ({reason})", "cannot be opened ({reason})"),
    "no_folder": Words("нет папки {path}: создайте её", "there is no folder {path}: make it"),
    "is_device": Words("это устройство: назовите файл", "is a device: name a file"),
    "no_first_day": Words(
        "в задаче нет метки {label}: укажите отрезок времени числом",
        "the problem has no label {label}: give a slot",
    ),
    "no_moment": Words(
        "«{text}» — не номер отрезка и не дата: запишите как 2027-02-01T08:00",
        "“{text}” is neither a slot nor a date: write it as 2027-02-01T08:00",
    ),
}
"""Templates by code: what is wrong, then what to do."""

NOUNS: Mapping[Noun, Words] = {
    "activity": Words("занятий", "activity"),
    "area": Words("территорий", "area"),
    "candidate_set": Words("наборов кандидатов", "candidate set"),
    "option_set": Words("наборов вариантов времени", "option set"),
    "place": Words("площадок", "place"),
    "priority": Words("классов приоритета", "priority"),
    "request": Words("заявок", "request"),
    "resource": Words("ресурсов", "resource"),
}
"""What ids refer to: in Russian what there is none among."""


def fault(where: str, code: str, **facts: int | str) -> Fault:
    """Return a fault from the catalogue."""
    return Fault(where, FAULTS[code], facts)


def unknown_words(noun: Noun) -> Words:
    """Return the template of a name that refers to nothing, with the noun in it."""
    words, kind = FAULTS["unknown"], NOUNS[noun]
    return Words(words.ru.replace("{noun}", kind.ru), words.en.replace("{noun}", kind.en))


def unknown(where: str, noun: Noun, name: str) -> Fault:
    """Return the fault of a name that refers to nothing."""
    return Fault(where, unknown_words(noun), {"name": name})


def unopened(error: OSError) -> Fault:
    """Return why a file cannot be used."""
    codes = {errno.ENOENT: "missing_file", errno.EISDIR: "is_folder", errno.EACCES: "not_permitted"}
    code = codes.get(error.errno or 0, "not_opened")
    return fault(str(error.filename or "output"), code, reason=error.strerror or type(error).__name__)
