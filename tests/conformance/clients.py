"""A client for each dialect, all with the same methods."""

import json
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar
from urllib.parse import quote, unquote
from uuid import UUID

from chalicelib.catalog.image import Image
from chalicelib.catalog.principal import Principal
from local.seed_file import InstanceSeed
from local.seeds import run
from tests.api import Answer, Api, Caller, basic

Record = Mapping[str, Any]


@dataclass(frozen=True)
class Facts:
    """Facts of an image; a dialect without a field for a fact neither writes nor reads it."""

    name: str = "an image"
    architecture: str = "arm64"
    login_user: str = "admin"
    public: bool = False


class Client(ABC):
    """Sends requests of one dialect as a principal."""

    dialect: ClassVar[str]
    knows: ClassVar[frozenset[str]]
    """The facts for which this dialect has fields."""
    says: ClassVar[frozenset[str] | None] = None
    """The facts that it can write, if not all that it knows."""
    needs: ClassVar[frozenset[str]] = frozenset()
    """The facts that an image must have to be shown."""
    unknown: ClassVar[str] = "5a2f0d1c-93b0-4a6e-8a60-2f0a3f6f8e1d"
    """An id that no image has."""
    required: ClassVar[Mapping[str, type | tuple[type, ...]]]
    """The fields of each record, and their types."""

    def __init__(self, api: Api, principal: Principal | None) -> None:
        secret = None if principal is None else api.world.identities.issue(principal)
        self.caller = Caller(api, {} if principal is None or secret is None else self.credentials(principal, secret))

    def credentials(self, _principal: Principal, secret: str) -> dict[str, str]:
        return {"X-Auth-Token": secret}

    @abstractmethod
    def create(self, facts: Facts) -> Answer: ...

    @abstractmethod
    def show(self, image_id: str) -> Answer: ...

    @abstractmethod
    def listing(self) -> Answer: ...

    @abstractmethod
    def rename(self, image_id: str, name: str) -> Answer: ...

    @abstractmethod
    def delete(self, image_id: str) -> Answer: ...

    @abstractmethod
    def record(self, shown: Answer) -> Record:
        """The image in the response to `show`."""

    @abstractmethod
    def records(self, listed: Answer) -> list[Record]:
        """The images in the response to `listing`."""

    @abstractmethod
    def facts(self, record: Record) -> Mapping[str, Any]:
        """The facts in a record."""

    @classmethod
    def written(cls) -> frozenset[str]:
        """The facts that this dialect can write."""
        return cls.knows if cls.says is None else cls.says

    def alias_of(self, image: Image) -> str:
        """The id of an image in this dialect, unless its client has chosen one."""
        return image.id

    def is_gone(self, image_id: str) -> bool:
        """Whether an image that existed is deleted."""
        return self.show(image_id).status == 404

    def registered(self, facts: Facts) -> str:
        """Register an image, and return the id of the only record with its name."""
        answer = self.create(facts)
        assert answer.status < 300, answer.text
        image_id: str = self.found(facts.name)["id"]
        return image_id

    def found(self, name: str) -> Record:
        """The only record in the list with this name."""
        [record] = self.all_found(name)
        return record

    def all_found(self, name: str) -> list[Record]:
        """All records in the list with this name."""
        listed = self.listing()
        assert listed.status == 200, listed.text
        return [record for record in self.records(listed) if record["name"] == name]

    def check(self, record: Record) -> None:
        """Assert that a record has all required fields, with the right types."""
        assert {
            name: type(record[name]) for name in self.required if not isinstance(record[name], self.required[name])
        } == {}


def _json(document: object) -> bytes:
    return json.dumps(document).encode()


JSON = {"Content-Type": "application/json"}


class GlanceV1(Client):
    """OpenStack Glance v1: an image is shown in headers."""

    dialect = "glance_v1"
    knows = frozenset({"name", "architecture", "login_user", "public"})
    required: ClassVar[Mapping[str, type | tuple[type, ...]]] = {
        "id": str,
        "name": (str, type(None)),
        "status": str,
        "size": int,
        "is_public": bool,
        "protected": bool,
        "deleted": bool,
        "min_disk": int,
        "min_ram": int,
        "owner": (str, type(None)),
        "created_at": str,
        "updated_at": str,
        "properties": dict,
    }

    def create(self, facts: Facts) -> Answer:
        headers = {
            "x-image-meta-name": facts.name,
            "x-image-meta-size": "0",
            "x-image-meta-is_public": str(facts.public),
            "x-image-meta-property-architecture": facts.architecture,
            "x-image-meta-property-os_admin_user": facts.login_user,
        }
        return self.caller.post("/v1/images", headers)

    def show(self, image_id: str) -> Answer:
        return self.caller.head(f"/v1/images/{image_id}")

    def listing(self) -> Answer:
        return self.caller.get("/v1/images/detail")

    def rename(self, image_id: str, name: str) -> Answer:
        keep = {"x-glance-registry-purge-props": "false"}
        return self.caller.put(f"/v1/images/{image_id}", {"x-image-meta-name": name, **keep})

    def delete(self, image_id: str) -> Answer:
        return self.caller.delete(f"/v1/images/{image_id}")

    def record(self, shown: Answer) -> Record:
        prefix = "x-image-meta-"
        block = {name.removeprefix(prefix): text for name, text in shown.headers.items() if name.startswith(prefix)}
        texts = {name: unquote(text) for name, text in block.items()}
        properties = {name.removeprefix("property-"): text for name, text in texts.items() if "property-" in name}
        numbers = {name: int(texts[name]) for name in ("size", "min_disk", "min_ram")}
        flags = {name: {"True": True, "False": False}[texts[name]] for name in ("is_public", "protected", "deleted")}
        return {"name": None, "owner": None, **texts, **numbers, **flags, "properties": properties}

    def records(self, listed: Answer) -> list[Record]:
        found: list[Record] = listed.json["images"]
        return found

    def facts(self, record: Record) -> Mapping[str, Any]:
        return {
            "name": record["name"],
            "architecture": record["properties"].get("architecture"),
            "login_user": record["properties"].get("os_admin_user"),
            "public": record["is_public"],
        }


class GlanceV2(Client):
    """OpenStack Glance v2: fields and properties side by side, and changes by patches."""

    dialect = "glance_v2"
    knows = frozenset({"name", "architecture", "login_user", "public"})
    required: ClassVar[Mapping[str, type | tuple[type, ...]]] = {
        **dict.fromkeys(("id", "status", "visibility", "created_at", "updated_at", "self", "file", "schema"), str),
        **dict.fromkeys(("name", "owner", "disk_format", "container_format", "checksum"), (str, type(None))),
        **dict.fromkeys(("os_hash_algo", "os_hash_value"), (str, type(None))),
        **dict.fromkeys(("size", "virtual_size"), (int, type(None))),
        **dict.fromkeys(("protected", "os_hidden"), bool),
        **dict.fromkeys(("min_disk", "min_ram"), int),
        "tags": list,
    }
    patch: ClassVar[Mapping[str, str]] = {"Content-Type": "application/openstack-images-v2.1-json-patch"}

    def create(self, facts: Facts) -> Answer:
        body = {
            "name": facts.name,
            "visibility": "public" if facts.public else "shared",
            "disk_format": "raw",
            "container_format": "bare",
            "architecture": facts.architecture,
            "os_admin_user": facts.login_user,
        }
        answer = self.caller.post("/v2/images", JSON, _json(body))
        if answer.status == 201:
            octets = {"Content-Type": "application/octet-stream"}
            assert self.caller.put(f"/v2/images/{answer.json['id']}/file", octets).status == 204
        return answer

    def show(self, image_id: str) -> Answer:
        return self.caller.get(f"/v2/images/{image_id}")

    def listing(self) -> Answer:
        return self.caller.get("/v2/images")

    def rename(self, image_id: str, name: str) -> Answer:
        changes = [{"op": "replace", "path": "/name", "value": name}]
        return self.caller.request("PATCH", f"/v2/images/{image_id}", self.patch, _json(changes))

    def delete(self, image_id: str) -> Answer:
        return self.caller.delete(f"/v2/images/{image_id}")

    def record(self, shown: Answer) -> Record:
        found: Record = shown.json
        return found

    def records(self, listed: Answer) -> list[Record]:
        found: list[Record] = listed.json["images"]
        return found

    def facts(self, record: Record) -> Mapping[str, Any]:
        return {
            "name": record["name"],
            "architecture": record.get("architecture"),
            "login_user": record.get("os_admin_user"),
            "public": record["visibility"] == "public",
        }

    def check(self, record: Record) -> None:
        super().check(record)
        assert (record["os_hash_algo"] is None) == (record["os_hash_value"] is None)


class Scaleway(Client):
    """The early Scaleway API."""

    dialect = "scaleway"
    knows = frozenset({"name", "architecture", "public"})
    required: ClassVar[Mapping[str, type | tuple[type, ...]]] = {
        "id": str,
        "name": str,
        "arch": str,
        "organization": str,
        "public": bool,
        "root_volume": dict,
        "extra_volumes": dict,
        "default_bootscript": (dict, type(None)),
        "creation_date": str,
        "modification_date": str,
        "from_server": type(None),
        "from_image": type(None),
        "marketplace_key": type(None),
        "state": str,
    }
    volume = "6f0c8f2e-1b7b-4f39-8f0c-3b8d9a7e4c20"

    def __init__(self, api: Api, principal: Principal | None) -> None:
        super().__init__(api, principal)
        self._organization = principal.tenant if principal else None

    def create(self, facts: Facts) -> Answer:
        body = {
            "name": facts.name,
            "arch": facts.architecture,
            "public": facts.public,
            "organization": self._organization,
            "root_volume": self.volume,
        }
        return self.caller.post("/images", JSON, _json(body))

    def show(self, image_id: str) -> Answer:
        return self.caller.get(f"/images/{image_id}")

    def listing(self) -> Answer:
        return self.caller.get("/images")

    def rename(self, image_id: str, name: str) -> Answer:
        """Rename as Scaleway's clients do: read the image, change it, and send back all of it."""
        shown = self.show(image_id)
        return self.caller.put(f"/images/{image_id}", JSON, _json({**shown.json.get("image", {}), "name": name}))

    def delete(self, image_id: str) -> Answer:
        return self.caller.delete(f"/images/{image_id}")

    def record(self, shown: Answer) -> Record:
        found: Record = shown.json["image"]
        return found

    def records(self, listed: Answer) -> list[Record]:
        found: list[Record] = listed.json["images"]
        return found

    def facts(self, record: Record) -> Mapping[str, Any]:
        return {"name": record["name"], "architecture": record["arch"], "public": record["public"]}

    def check(self, record: Record) -> None:
        super().check(record)
        UUID(record["organization"])
        UUID(record["root_volume"]["id"])
        assert isinstance(record["root_volume"]["size"], int)


class DevopsService(Client):
    """Express 42's devops-service."""

    dialect = "devops_service"
    knows = frozenset({"name", "login_user"})
    required: ClassVar[Mapping[str, type | tuple[type, ...]]] = {
        "id": str,
        "provider": str,
        "remote_user": str,
        "name": str,
    }

    def credentials(self, principal: Principal, secret: str) -> dict[str, str]:
        return basic(principal.user, secret)

    def create(self, facts: Facts) -> Answer:
        body = {"id": "ami-83e4bcea", "provider": "ec2", "remote_user": facts.login_user, "name": facts.name}
        return self.caller.post("/v3/image", JSON, _json(body))

    def show(self, image_id: str) -> Answer:
        return self.caller.get(f"/v3/image/{quote(image_id, safe='')}")

    def listing(self) -> Answer:
        return self.caller.get("/v3/images")

    def rename(self, image_id: str, name: str) -> Answer:
        return self.caller.put(f"/v3/image/{quote(image_id, safe='')}", JSON, _json({"name": name}))

    def delete(self, image_id: str) -> Answer:
        return self.caller.delete(f"/v3/image/{quote(image_id, safe='')}")

    def record(self, shown: Answer) -> Record:
        found: Record = shown.json
        return found

    def records(self, listed: Answer) -> list[Record]:
        found: list[Record] = listed.json
        return found

    def facts(self, record: Record) -> Mapping[str, Any]:
        return {"name": record["name"], "login_user": record["remote_user"]}


class Foreman(Client):
    """Foreman: images are below parents, here below an architecture unless they are new."""

    dialect = "foreman"
    knows = frozenset({"name", "architecture", "login_user"})
    needs = frozenset({"architecture"})
    unknown = "999999"
    required: ClassVar[Mapping[str, type | tuple[type, ...]]] = {
        "id": int,
        "name": str,
        "username": str,
        "uuid": str,
        "operatingsystem_id": (int, type(None)),
        "operatingsystem_name": (str, type(None)),
        "compute_resource_id": (int, type(None)),
        "compute_resource_name": (str, type(None)),
        "architecture_id": int,
        "architecture_name": str,
        "created_at": str,
        "updated_at": str,
    }
    below = f"/api/architectures/{Facts.architecture}/images"

    def __init__(self, api: Api, principal: Principal | None) -> None:
        super().__init__(api, principal)
        self._compute_resource = self._parent("compute_resource", {"name": "cloud", "provider": "EC2", "url": "x"})
        self._operatingsystem = self._parent("operatingsystem", {"name": "Linux", "major": "7"})
        self._architecture = self._parent("architecture", {"name": Facts.architecture})

    def _parent(self, kind: str, facts: Mapping[str, str]) -> int | None:
        """The number of the only parent of a kind; None for who may not see it."""
        self.caller.post(f"/api/{kind}s", JSON, _json({kind: facts}))
        listed = self.caller.get(f"/api/{kind}s")
        return listed.json["results"][0]["id"] if listed.status == 200 and listed.json["results"] else None

    def credentials(self, principal: Principal, secret: str) -> dict[str, str]:
        return basic(principal.user, secret)

    def alias_of(self, image: Image) -> str:
        return str(image.number)

    def create(self, facts: Facts) -> Answer:
        image = {
            "name": facts.name,
            "username": facts.login_user,
            "uuid": "ami-0abc",
            "operatingsystem_id": self._operatingsystem,
            "architecture_id": self._architecture,
        }
        target = f"/api/compute_resources/{self._compute_resource}/images"
        return self.caller.post(target, JSON, _json({"image": image}))

    def show(self, image_id: str) -> Answer:
        return self.caller.get(f"{self.below}/{image_id}")

    def listing(self) -> Answer:
        return self.caller.get(self.below)

    def rename(self, image_id: str, name: str) -> Answer:
        return self.caller.put(f"{self.below}/{image_id}", JSON, _json({"image": {"name": name}}))

    def delete(self, image_id: str) -> Answer:
        return self.caller.delete(f"{self.below}/{image_id}")

    def record(self, shown: Answer) -> Record:
        found: Record = shown.json
        return found

    def records(self, listed: Answer) -> list[Record]:
        found: list[Record] = listed.json["results"]
        return found

    def facts(self, record: Record) -> Mapping[str, Any]:
        return {
            "name": record["name"],
            "architecture": record["architecture_name"],
            "login_user": record["username"],
        }


class Qingcloud(Client):
    """51idc / QingCloud: images are captured from machines, by jobs."""

    dialect = "qingcloud"
    knows = frozenset({"name", "architecture", "login_user", "public"})
    says = frozenset({"name", "architecture"})
    required: ClassVar[Mapping[str, type | tuple[type, ...]]] = {
        "image_id": str,
        "image_name": str,
        "description": str,
        "size": int,
        "platform": str,
        "os_family": str,
        "processor_type": str,
        "visibility": str,
        "provider": str,
        "status": str,
        "transition_status": str,
        "create_time": str,
        "status_time": str,
        "default_user": str,
        "default_passwd": str,
        "recommended_type": str,
    }
    zone = "/v2/zone/ac1"

    def __init__(self, api: Api, principal: Principal | None) -> None:
        super().__init__(api, principal)
        self._api = api
        self._machine = "" if principal is None else a_machine(api, principal.tenant or "")

    def credentials(self, _principal: Principal, secret: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {secret}"}

    def create(self, facts: Facts) -> Answer:
        answer = self.caller.post(
            f"{self.zone}/images", JSON, _json({"instance": self._machine, "image_name": facts.name})
        )
        self._api.work()
        return answer

    def show(self, image_id: str) -> Answer:
        return self.caller.get(f"{self.zone}/images?images={image_id}")

    def listing(self) -> Answer:
        return self.caller.get(f"{self.zone}/images?limit=100")

    def rename(self, image_id: str, name: str) -> Answer:
        return self.caller.put(f"{self.zone}/images", JSON, _json({"image": image_id, "image_name": name}))

    def delete(self, image_id: str) -> Answer:
        answer = self.caller.delete(f"{self.zone}/images/{image_id}")
        self._api.work()
        return answer

    def is_gone(self, image_id: str) -> bool:
        return self.record(self.show(image_id))["status"] in ("deleted", "ceased")

    def record(self, shown: Answer) -> Record:
        [found] = self.records(shown)
        return found

    def records(self, listed: Answer) -> list[Record]:
        return [{**image, "id": image["image_id"], "name": image["image_name"]} for image in listed.json["images"]]

    def facts(self, record: Record) -> Mapping[str, Any]:
        return {
            "name": record["image_name"],
            "architecture": {"64bit": Facts.architecture}.get(record["processor_type"]),
            "login_user": record["default_user"],
            "public": record["visibility"] == "public",
        }


def a_machine(api: Api, tenant: str) -> str:
    """A stopped machine of the tenant; returns its id."""
    facts = InstanceSeed(tenant=tenant, zone="ac1", state="stopped", architecture=Facts.architecture, size_gb=1)
    return run({"machine": facts})["machine"]


CLIENTS: tuple[type[Client], ...] = (GlanceV1, GlanceV2, Scaleway, DevopsService, Foreman, Qingcloud)
