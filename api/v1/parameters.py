"""Parameters that many addresses share."""

from typing import Annotated, TypeAlias, TypeVar

from litestar.params import PathParameter, QueryParameter

from api.validation import MAX_INTEGER

Id: TypeAlias = Annotated[int, PathParameter(ge=1, le=MAX_INTEGER, description="Key of the row.")]
FilterId: TypeAlias = Annotated[
    int | None, QueryParameter(ge=1, le=MAX_INTEGER, description="Only what belongs to this row.")
]
Limit: TypeAlias = Annotated[int, QueryParameter(ge=1, le=200, description="Items of one page.")]
After: TypeAlias = Annotated[
    str | None, QueryParameter(max_length=1000, description="`next` of the page before; none: the first.")
]
Mine: TypeAlias = Annotated[bool, QueryParameter(description="Only those of one's own participants.")]
DEFAULT_LIMIT = 50

T = TypeVar("T")
InState: TypeAlias = Annotated[
    T | None, QueryParameter(name="state", description="Only those in this state.")
]
"""`state` itself is a name that Litestar keeps for the application's state."""
