"""Words for the faults of inputs, by the code of `scheduler.errors.FieldError`."""

from collections.abc import Mapping

from scheduler.domain.words import Words

FIELD_MESSAGES: Mapping[str, Words] = {
    "required": Words("Заполните это поле", "This is needed"),
    "not_found": Words("Такой записи нет", "There is no such entry"),
    "not_unique": Words("Такое значение уже есть", "This value is already in use"),
    "not_own": Words("Это принадлежит другому участнику", "This belongs to another participant"),
    "cursor": Words("Неверная отметка страницы", "Not a mark that a list gave out"),
    "no_requests": Words("В кампании нет поданных заявок", "The campaign has no submitted requests"),
    "nothing_published": Words("Опубликованного расписания ещё нет", "Nothing is published yet"),
    "unchangeable": Words("Это не меняется", "This cannot be changed"),
    "repeated": Words("Значение повторяется", "A value is repeated"),
    "unknown_kind": Words("Вид неизвестен; есть: {known}", "Unknown kind; there are: {known}"),
    "mode_of_kind": Words("Для этого вида возможно: {allowed}", "This kind allows: {allowed}"),
    "competency_needed": Words("Укажите хотя бы одну компетенцию", "Name at least one competency"),
    "no_units": Words("У этого вида нет поимённых единиц", "This kind has no named units"),
    "one_equipment_kind": Words("Укажите один вид оборудования", "Name exactly one kind of equipment"),
    "units_count": Words(
        "Названо единиц: {units}, а вместимость {capacity}", "{units} units are named, capacity is {capacity}"
    ),
    "night_needed": Words(
        "Место держится и ночь перед днём: {needed_min} мин подготовки",
        "A bed is held over the night before a day: {needed_min} minutes of set-up",
    ),
    "one_person": Words("Человек — один: вместимость 1", "One person: capacity is 1"),
    "order": Words("Конец раньше начала", "The end is before the begin"),
    "overlap": Words("Промежутки пересекаются", "Windows overlap"),
    "weekday_needed": Words("Укажите день недели", "Name the weekday"),
    "date_needed": Words("Укажите дату", "Name the date"),
    "not_monday": Words("Нужен понедельник", "A Monday is needed"),
    "too_many": Words("Не больше {limit}", "At most {limit}"),
    "below_claimed": Words(
        "Уже занято {claimed}: меньше нельзя", "{claimed} are already claimed: it cannot be less"
    ),
    "too_few": Words("Не меньше {needed}: столько обучающихся", "At least {needed}: so many learners come"),
    "units_amount": Words(
        "Названо единиц: {units}, а нужно {amount}", "{units} units are named, {amount} are needed"
    ),
    "too_far": Words("Слишком далеко от сегодняшнего дня", "Too far from today"),
    "retired": Words("Ресурс выведен {retired_on}", "The resource was retired on {retired_on}"),
    "outside_campaign": Words(
        "Вне сроков кампании: {starts_on} — {ends_on}", "Outside the campaign: {starts_on} to {ends_on}"
    ),
    "campaign_long": Words(
        "Кампания длится не больше {limit_days} дней", "A campaign lasts at most {limit_days} days"
    ),
    "control_character": Words("В тексте управляющий знак", "A text holds a control character"),
    "campaign_closed": Words("Кампания закрыта", "The campaign is closed"),
    "not_in_cluster": Words("Участник не состоит в кластере", "The participant is not in the cluster"),
    "not_active": Words("Участник пока не действующий", "The participant is not active"),
    "programme_not_approved": Words(
        "Программа ещё не согласована всеми и не утверждена",
        "The programme is not yet agreed by all and approved",
    ),
    "not_a_party": Words("Участник не входит в программу", "The participant is no party of the programme"),
    "competency_of_module": Words("У модуля другая компетенция", "The module has another competency"),
    "window_short": Words(
        "Занятие длится {needed_min} мин, окно дня {window_min} мин",
        "A session lasts {needed_min} min, the day's window {window_min} min",
    ),
    "no_day": Words("Ни одного подходящего дня в эти сроки", "No allowed day between these dates"),
    "weekday": Words("День недели — число от 0 (пн) до 6 (вс)", "A weekday is 0 (Monday) to 6 (Sunday)"),
    "exam_days_needed": Words("Укажите число дней экзамена", "Name the number of exam days"),
    "only_exam": Words("Только для экзамена", "For exams only"),
    "module_needed": Words("Укажите модуль", "Name the module"),
    "only_module": Words("Только для заявки на модуль", "For requests of a module only"),
    "hours_order": Words("Занятие длиннее всей заявки", "A session is longer than the whole request"),
    "equipment_kind_needed": Words("Укажите вид оборудования", "Name the kind of equipment"),
    "no_site_of_owner": Words("Площадка другого участника", "The site belongs to another participant"),
    "person_of_owner": Words("Сотрудник другого участника", "The person works for another participant"),
    "offer_capacity": Words("Открыто больше, чем есть: {capacity}", "More than there is: {capacity}"),
    "setting_type": Words("Нужно значение вида {expected}", "A value of type {expected} is needed"),
    "local_time": Words("Нет такого дня или времени", "There is no such day or time"),
    "no_offer": Words(
        "Владелец не открывал это время или столько мест", "The owner has not opened this time or capacity"
    ),
    "unavailable": Words("В это время ресурс закрыт", "The resource is closed then"),
    "no_place": Words("Первым нужен ресурс, который даёт место", "First comes a resource that gives a place"),
    "unknown_unit": Words("Нет единицы {unit}", "There is no unit {unit}"),
    "group_size": Words("В группе {size} человек", "The group has {size} learners"),
    "lead_time": Words("Нужно за {lead_days} дн.", "It needs {lead_days} days of notice"),
    "travel": Words("Не успеть доехать: {title}", "There is no time to travel: {title}"),
    "password_short": Words("Не короче {limit} знаков", "At least {limit} characters"),
    "unknown_role": Words("Роль неизвестна", "Unknown role"),
    "unknown_language": Words("Есть языки: ru, en", "Languages are: ru, en"),
    "unknown_feed": Words("Вид календаря неизвестен", "Unknown kind of feed"),
    "unknown_timezone": Words("Нет такого часового пояса: {value}", "There is no such time zone: {value}"),
    "same_town": Words("Расстояние от города до него самого не нужно", "A town has no distance to itself"),
    "no_minors": Words("В группе нет несовершеннолетних", "The group has no minors"),
    "not_a_multiple": Words("{value} не делится на {of}", "{value} is no multiple of {of}"),
    "only_for_trainer": Words("Только для мастера, преподавателя, наставника", "For trainers only"),
    "unknown_format": Words("Нужен формат {expected}", "Format {expected} is needed"),
    "unknown_field": Words("Такого поля нет", "There is no such field"),
    "not_a_list": Words("Здесь нужен список", "A list is needed here"),
    "not_json": Words("Это не JSON: {reason}", "This is not JSON: {reason}"),
    "not_an_object": Words("Здесь нужен объект", "An object is needed here"),
    "wrong_type": Words("Значение другого вида", "A value of another type"),
}
