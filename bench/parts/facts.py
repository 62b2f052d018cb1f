"""An image with the properties that OpenStack's images have.

Revisions without these requests are measured with this module, too, so it imports only what they have.
"""

from bench.parts.trial import RAW, Least, Trial

FACTS = {
    "x-image-meta-name": "debian-12-genericcloud-amd64",
    "x-image-meta-property-architecture": "x86_64",
    "x-image-meta-property-kernel_id": "8a2c5a6e-3b0e-4d52-9c5e-2f6f2c6b6a10",
    "x-image-meta-property-ramdisk_id": "5d0c1f8e-94a7-4c0b-8f65-7b8e0f3e2d21",
    "x-image-meta-property-description": "Debian 12 with cloud-init and the usual tools, made anew every week",
}


def facts(trial: Trial) -> None:
    """Both requests."""
    rename(trial, create(trial, Least(1)), Least(2))


def create(trial: Trial, least: Least) -> str:
    """Reserve an image and return its id."""
    answer = trial.ask("POST /v1/images", least, case="reserved, with facts", headers=RAW | FACTS)
    return str(answer.json["image"]["id"])


def rename(trial: Trial, image: str, least: Least) -> None:
    """Change only its name."""
    renamed = {"x-image-meta-name": "renamed"}
    trial.ask("PUT /v1/images/{id}", least, case="the name of one with facts", headers=renamed, id=image)
