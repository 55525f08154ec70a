"""Demo accounts with fixed passwords: one for each kind of user, and a few neighbours."""

from scheduler.exchange.dataset.rows import AccountRow, RolePart
from scheduler.exchange.demo.cast import COORDINATOR, MAIN_CLUSTER, SECOND_CLUSTER

CLUSTERS = (MAIN_CLUSTER, SECOND_CLUSTER)
TRAINER = "t-vpt-1"


def account_rows() -> list[AccountRow]:
    """Return the accounts; the first four are one for each kind of user, the password is ``demo-{login}``."""
    coordinator = (
        *(RolePart(role="coordinator", cluster=cluster) for cluster in CLUSTERS),
        RolePart(role="college", participant=COORDINATOR),
    )
    observer = tuple(RolePart(role="observer", cluster=cluster) for cluster in CLUSTERS)
    entries: tuple[tuple[str, str, str, tuple[RolePart, ...]], ...] = (
        ("college", "vpt", "Методист (демо), Вязьма", (RolePart(role="college", participant="vpt"),)),
        (
            "employer",
            "stanko",
            "Отдел кадров (демо), «Пример-Станко»",
            (RolePart(role="employer", participant="stanko"),),
        ),
        ("coordinator", COORDINATOR, "Координатор (демо), ЦОПП", coordinator),
        ("trainer", "vpt", "Мастер п/о (демо), Вязьма", (RolePart(role="trainer", participant="vpt"),)),
        (
            "college2",
            "smolapo",
            "Методист (демо), СмолАПО",
            (RolePart(role="college", participant="smolapo"),),
        ),
        ("college3", "rmk", "Методист (демо), Рославль", (RolePart(role="college", participant="rmk"),)),
        ("observer", "minobr", "Наблюдатель (демо), министерство", observer),
    )
    return [
        AccountRow(
            login=login,
            password=f"demo-{login}",
            display_name=name,
            participant=participant,
            person=f"p-{TRAINER}" if login == "trainer" else None,
            roles=roles,
        )
        for login, participant, name, roles in entries
    ]
