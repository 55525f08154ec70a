from collections.abc import Callable

from solver.rules import kind


def at(room: str, trainer: str = "ivan") -> dict[str, str]:
    return {"room": room, "learners:1": "g", "trainer": trainer}


def test_home_is_not_away(codes: Callable[..., list[str]]) -> None:
    problem = kind("away_town").example()  # g lives where a stands; b and c are two other towns
    assert codes(problem, x=((8, 10), at("a")), y=((12, 13), at("b"))) == []
    assert codes(problem, x=((8, 10), at("b")), y=((12, 13), at("b"))) == []
    assert codes(problem, x=((8, 10), at("b")), y=((12, 13), at("c"))) == ["towns"]


def test_another_day_counts_anew(codes: Callable[..., list[str]]) -> None:
    problem = kind("away_town").example()
    assert codes(problem, x=((8, 10), at("b")), y=((24, 26), at("c"))) == []
    assert codes(problem, x=((8, 10), at("b")), y=((23, 26), at("c"))) == ["towns"]


def test_who_has_no_home_is_away_everywhere(codes: Callable[..., list[str]]) -> None:
    problem = kind("away_town").example()
    assert codes(problem, x=((8, 10), at("a", "anna")), y=((12, 13), at("a", "anna"))) == []
    assert codes(problem, x=((8, 10), at("a", "anna")), y=((12, 13), at("b", "anna"))) == ["towns"]
