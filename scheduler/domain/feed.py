"""Calendar feeds."""

from datetime import datetime
from typing import Literal, TypeAlias

from scheduler.domain.model import View

FeedKind: TypeAlias = Literal["trainer", "group", "resource", "site", "participant"]


class FeedView(View):
    """A feed; `token` is the secret part of its address, shown to those who may see it."""

    id: int
    kind: FeedKind
    target_id: int
    title: str
    generation: int
    token: str
    modified_at: datetime | None
    used_at: datetime | None


class FeedBody(View):
    """The bytes of a feed as they are served."""

    body: bytes
    body_gzip: bytes
    etag: str
    modified_at: datetime
