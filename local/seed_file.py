"""The schema of seed files; errors name the key."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_type_hints

from pydantic import BaseModel, ConfigDict, ValidationError, create_model

from chalicelib.catalog.image import Image, Inspecting
from chalicelib.catalog.principal import Policy

DEMONSTRATION = Path(__file__).with_name("demonstration.json")
COUNTED = frozenset({"version", "member_count", "members_behind", "stored_format"})
"""Fields of an image that cannot be set."""


class SeedError(Exception):
    """A seed cannot be loaded; the message is one line with the key and the reason."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class PrincipalSeed(_Strict):
    """A principal with a token; without a `secret` a random one is generated."""

    user: str
    tenant: str | None = None
    policies: frozenset[Policy]
    inspection: Inspecting | None = None
    secret: str | None = None


class InstanceSeed(_Strict):
    """A virtual machine that can be captured."""

    tenant: str
    zone: str
    state: Literal["running", "stopped"]
    os_family: str | None = None
    platform: str | None = None
    architecture: str | None = None
    size_gb: int | None = None


class ReferenceSeed(_Strict):
    """An object that images refer to by number; unknown keys become its attributes.

    Without a `tenant`, one is created for each tenant of a principal; without a `number`, it gets the next one.
    """

    model_config = ConfigDict(extra="allow")

    name: str
    tenant: str | None = None
    number: int | None = None

    @property
    def facts(self) -> Mapping[str, Any]:
        """The attributes to store."""
        return {"name": self.name, **(self.model_extra or {})}


class ReferencesSeed(_Strict):
    """References, by kind."""

    compute_resources: list[ReferenceSeed] = []
    operatingsystems: list[ReferenceSeed] = []
    architectures: list[ReferenceSeed] = []


if TYPE_CHECKING:
    ImageSeed = BaseModel
else:
    # The fields of the canonical image, of which a seed sets some. Its bytes are the text `content`, or those of an
    # empty disk of `blank` bytes.
    _fields = {name: (hint, None) for name, hint in get_type_hints(Image).items() if name not in COUNTED}
    ImageSeed = create_model("ImageSeed", __base__=_Strict, content=(str, ""), blank=(int, 0), **_fields)


class Seed(_Strict):
    """The data that a server starts with."""

    principals: dict[str, PrincipalSeed] = {}
    instances: dict[str, InstanceSeed] = {}
    images: dict[str, ImageSeed] = {}
    references: ReferencesSeed = ReferencesSeed()


def read_seed(path: Path) -> Seed:
    """Read a seed from a JSON file. Raises SeedError."""
    try:
        return Seed.model_validate_json(path.read_bytes())
    except OSError as error:
        raise SeedError(error.strerror) from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise SeedError(f"{where}: {first['msg']}" if where else first["msg"]) from error
