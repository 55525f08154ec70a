"""Words of the interface for the codes of the domain."""

from collections.abc import Mapping

from api.texts import N_, gettext
from scheduler.domain.kinds import KIND_BY_NAME
from scheduler.domain.model import Ref

LABELS: Mapping[str, Mapping[str, str]] = {
    "session_kind": {
        "final_exam": N_("demonstration exam"),
        "study_practice": N_("study practice"),
        "work_practice": N_("work placement"),
        "camp": N_("training camp"),
        "staff_internship": N_("staff internship"),
        "further_training": N_("further training"),
        "event": N_("event"),
    },
    "request_kind": {
        "module": N_("module"),
        "free_slot": N_("free slot"),
        "camp": N_("training camp"),
        "exam": N_("demonstration exam"),
        "internship": N_("work placement"),
        "event": N_("event"),
    },
    "request_state": {
        "draft": N_("draft"),
        "submitted": N_("submitted"),
        "withdrawn": N_("withdrawn"),
    },
    "offer_state": {"open": N_("open"), "closed": N_("closed")},
    "consent": {
        "standing": N_("agreed in advance"),
        "each": N_("the owner confirms each booking"),
    },
    "booking_state": {
        "held": N_("on hold"),
        "proposed": N_("waits for the owner's consent"),
        "confirmed": N_("confirmed"),
        "rejected": N_("declined"),
        "cancelled": N_("cancelled"),
        "released": N_("released"),
        "needs_reallocation": N_("needs re-allocation"),
    },
    "run_state": {
        "queued": N_("queued"),
        "running": N_("running"),
        "succeeded": N_("finished"),
        "stopped": N_("stopped, best plan kept"),
        "failed": N_("failed"),
        "lost": N_("lost"),
    },
    "version_state": {
        "draft": N_("draft"),
        "proposed": N_("proposed"),
        "approved": N_("approved"),
        "published": N_("published"),
        "superseded": N_("superseded"),
    },
    "participant_kind": {
        "college": N_("college"),
        "university": N_("university"),
        "employer": N_("employer"),
        "authority": N_("authority"),
    },
    "participant_state": {
        "applied": N_("has applied"),
        "active": N_("active"),
        "left": N_("has left"),
        "excluded": N_("excluded"),
    },
    "hazard": {"none": N_("none"), "medium": N_("medium"), "high": N_("high")},
    "mode": {
        "exclusive": N_("one session at a time"),
        "pooled": N_("several sessions share the places"),
    },
    "availability_kind": {
        "weekly": N_("every week"),
        "date": N_("open besides"),
        "closed": N_("closed then"),
    },
    "role": {
        "college": N_("college"),
        "employer": N_("employer"),
        "coordinator": N_("cluster coordinator"),
        "trainer": N_("trainer"),
        "observer": N_("observer"),
    },
    "stage": {
        "count": N_("counting checks"),
        "construct": N_("first plan"),
        "improve": N_("improvement"),
        "coverage": N_("coverage"),
        "fairness": N_("fairness"),
        "rest": N_("travel and preferences"),
        "change": N_("few changes"),
        "units": N_("units"),
        "bound": N_("bound"),
        "finish": N_("last touches"),
    },
    "plan": {
        "ours": N_("this plan"),
        "hand": N_("first come, first served"),
        "by_class": N_("class by class"),
    },
    "priority_class": {
        "exam": N_("exams"),
        "curriculum": N_("practice of the curriculum"),
        "network": N_("network modules"),
        "camp": N_("training camps"),
        "state": N_("practice of the state task"),
        "further": N_("paid and further training"),
        "staff": N_("staff internships"),
        "event": N_("events"),
        "rest": N_("everything else"),
    },
}


def named(lang: str, one: Ref) -> str:
    """Return the name of something in a language, its only name if it has no other."""
    return one.name_en or one.name if lang == "en" else one.name


def label(lang: str, family: str, code: str) -> str:
    """Return the words of a code; a code that is not in the table stands for itself."""
    if family == "resource_kind":
        kind = KIND_BY_NAME.get(code)
        return code if kind is None else getattr(kind.title, lang)
    message = LABELS[family].get(code)
    return code if message is None else gettext(lang, message)
