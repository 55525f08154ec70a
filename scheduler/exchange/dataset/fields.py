"""The kinds of field that rows are made of, and what every row is."""

from dataclasses import dataclass
from typing import Annotated, ClassVar, TypeAlias

from pydantic import BaseModel, ConfigDict, Field


@dataclass(frozen=True, slots=True)
class Names:
    """Marks a field whose value is the key of a row of that list."""

    list_name: str


Code: TypeAlias = Annotated[str, Field(min_length=1, max_length=80, pattern=r"^[^\s/:,#]+$")]
"""The signs that it cannot hold join codes to longer names: of activities, sessions, parts of groups."""
Text: TypeAlias = Annotated[str, Field(min_length=1, max_length=200)]
Positive: TypeAlias = Annotated[int, Field(gt=0, le=10_000)]
Count: TypeAlias = Annotated[int, Field(ge=0, le=10_000)]
Weekday: TypeAlias = Annotated[int, Field(ge=0, le=6)]
Minute: TypeAlias = Annotated[int, Field(ge=0, le=1440)]

TownCode: TypeAlias = Annotated[str, Names("towns")]
ClusterCode: TypeAlias = Annotated[str, Names("clusters")]
ParticipantCode: TypeAlias = Annotated[str, Names("participants")]
SiteCode: TypeAlias = Annotated[str, Names("sites")]
PersonCode: TypeAlias = Annotated[str, Names("people")]
CompetencyCode: TypeAlias = Annotated[str, Names("competencies")]
EquipmentKindCode: TypeAlias = Annotated[str, Names("equipment_kinds")]
ResourceCode: TypeAlias = Annotated[str, Names("resources")]
CampaignCode: TypeAlias = Annotated[str, Names("campaigns")]
GroupCode: TypeAlias = Annotated[str, Names("learner_groups")]
ModuleCode: TypeAlias = Annotated[str, Names("modules")]


class Part(BaseModel):
    """Something inside a row: a field that is not known is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Row(Part):
    """A row of one of the lists; `key_fields` together name it."""

    key_fields: ClassVar[tuple[str, ...]] = ("code",)

    @property
    def row_key(self) -> str:
        """What names the row in its list."""
        return "/".join(str(getattr(self, field)) for field in self.key_fields)
