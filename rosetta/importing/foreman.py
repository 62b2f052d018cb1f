"""Foreman's API v2: images below compute resources, operating systems and architectures. It shows no passwords."""

import threading
from collections.abc import Iterator, Mapping
from typing import Any

from rosetta.errors import ServiceError
from rosetta.http import Service
from rosetta.importing.foreman_parents import ARCHITECTURES, CLOUDS, SYSTEMS, Parents, listed
from rosetta.importing.records import COPIED, SKIPPED, Outcome, Record, Refused

Document = Mapping[str, Any]

FACTS = ("name", "username", "uuid")
IF_SHOWN = ("user_data", "iam_role")
"""Fields that only images of some providers have."""


class ForemanImages:
    """Copies images and their parents from a Foreman to a Rosetta."""

    probe = "/api/status"
    note = "Foreman does not show passwords: set them again on images that need one."

    def __init__(self, source: Service, target: Service) -> None:
        self.source = source
        self.target = target
        self._parents = Parents(source, target)
        self._here: dict[int, dict[str, Document]] = {}
        self._lock = threading.Lock()

    def images(self) -> Iterator[Record[Document]]:
        """The images of all compute resources."""
        for cloud in self._parents.read_source():
            for record in listed(self.source, f"/api/compute_resources/{cloud['id']}/images"):
                yield Record(record.id, f"{cloud.get('name')}/{record.name}", record.facts)

    def copy(self, record: Record[Document]) -> Outcome:
        """Create the image below its parents, unless one with its uuid exists."""
        cloud = self._parents.number(CLOUDS, record.facts.get("compute_resource_id"))
        wanted = self._wanted(record.facts)
        uuid = str(wanted["uuid"])
        found = self._known(cloud).get(uuid)
        if found is None:
            try:
                self.target.call("POST", f"/api/compute_resources/{cloud}/images", document={"image": wanted})
            except ServiceError as error:
                if error.status != 422:
                    raise
                # Somebody else may have created it since we looked.
                found = self._known(cloud, again=True).get(uuid)
                if found is None:
                    raise Refused(str(error)) from error
            else:
                return COPIED
        different = [name for name, value in wanted.items() if name in found and found[name] != value]
        if different:
            raise Refused(f"the image with this uuid at the target differs in {', '.join(different)}")
        return SKIPPED

    def _wanted(self, image: Document) -> dict[str, str | int | bool | None]:
        """The document to create the image with, referring to the target's parents."""
        return {
            **{name: image.get(name) for name in FACTS},
            **{name: image[name] for name in IF_SHOWN if name in image},
            "operatingsystem_id": self._parents.number(SYSTEMS, image.get("operatingsystem_id")),
            "architecture_id": self._parents.number(ARCHITECTURES, image.get("architecture_id")),
        }

    def _known(self, cloud: int, *, again: bool = False) -> Mapping[str, Document]:
        """The images of a compute resource of the target by uuid, read once."""
        with self._lock:
            if again or cloud not in self._here:
                entries = listed(self.target, f"/api/compute_resources/{cloud}/images")
                self._here[cloud] = {str(entry.facts.get("uuid")): entry.facts for entry in entries}
            return self._here[cloud]
