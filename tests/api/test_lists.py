"""Lists: pages, filters, and no silence about a misspelt one."""

from tests.api.conftest import ONE_DATABASE, Service


async def test_pages_follow_each_other_and_hold_everything_once(service: Service) -> None:
    whole = (await service.college.get("/api/v1/resources?limit=200")).json()
    keys: list[int] = []
    after, pages = "", 0
    while True:
        answer = await service.college.get(f"/api/v1/resources?limit=2{after}")
        page = answer.json()
        assert answer.status_code == 200
        assert len(page["items"]) <= 2
        keys += [item["id"] for item in page["items"]]
        pages += 1
        if page["next"] is None:
            break
        after = f"&after={page['next']}"

    assert whole["next"] is None
    assert keys == [item["id"] for item in whole["items"]]
    assert len(set(keys)) == len(keys) == 5
    assert pages == 3


async def test_filters_filter(service: Service) -> None:
    trainers = (await service.college.get("/api/v1/resources?kind=trainer")).json()["items"]
    mine = (await service.college.get("/api/v1/requests?mine=true")).json()["items"]
    open_ = (await service.college.get("/api/v1/offers?state=open")).json()["items"]
    closed = (await service.college.get("/api/v1/offers?state=closed")).json()["items"]

    assert {item["kind"] for item in trainers} == {"trainer"}
    assert {item["code"] for item in mine} == {"R2", "R3"}
    assert len(open_) == 4
    assert closed == []


NO_FILTERS = {
    "limit=0": ("limit", "value"),
    "limit=201": ("limit", "value"),
    "limit=many": ("limit", "value"),
    "after=nonsense": ("after", "cursor"),
    "owner=1": ("owner", "unknown_field"),
    "owner_id=x": ("owner_id", "value"),
    "owner_id=0": ("owner_id", "value"),
    "owner_id=99999999999999999999": ("owner_id", "value"),
    "owner_id=1&owner_id=2": ("owner_id", "repeated"),
    "owner_id=null": ("owner_id", "value"),
    "mine=perhaps": ("mine", "value"),
    "kind=a%00b": ("kind", "character"),
}


@ONE_DATABASE
async def test_a_filter_that_is_none_is_refused(service: Service) -> None:
    for query, expected in NO_FILTERS.items():
        answer = await service.college.get(f"/api/v1/resources?{query}")

        assert answer.status_code == 422, query
        assert [(fault["field"], fault["code"]) for fault in answer.json()["errors"]] == [expected]


async def test_two_wrong_filters_are_two_faults(service: Service) -> None:
    answer = await service.college.get("/api/v1/offers?state=ajar&limit=0")

    assert {fault["field"] for fault in answer.json()["errors"]} == {"state", "limit"}


@ONE_DATABASE
async def test_bookings_need_two_instants(service: Service) -> None:
    for query in (
        "",
        "from_at=2027-01-11T00:00:00Z",
        "from_at=2027-01-11T00:00:00&until_at=2027-01-12T00:00:00Z",
        "from_at=monday&until_at=2027-01-12T00:00:00Z",
        "from_at=0001-01-01T00:00:00%2B03:00&until_at=2027-01-12T00:00:00Z",
    ):
        assert (await service.college.get(f"/api/v1/bookings?{query}")).status_code == 422, query


async def test_any_day_names_a_week(service: Service) -> None:
    for on, status in (("0001-01-01", 422), ("9999-12-31", 422), ("2027-01-13", 200)):
        assert (await service.college.get(f"/api/v1/week?monday_on={on}")).status_code == status, on


async def test_a_trainer_stands_in_lists_without_a_name(service: Service) -> None:
    text = (await service.employer.get("/api/v1/resources?kind=trainer")).text

    assert "Демо Тренер" not in text


async def test_short_lists_come_in_pages_too(service: Service) -> None:
    first = (await service.college.get("/api/v1/towns?limit=1")).json()
    second = (await service.college.get(f"/api/v1/towns?limit=1&after={first['next']}")).json()
    unknown = await service.college.get("/api/v1/towns?after=x")

    assert [item["code"] for item in first["items"] + second["items"]] == ["smolensk", "yartsevo"]
    assert second["next"] is None
    assert unknown.status_code == 422
