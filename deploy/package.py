"""Write the files of a deployment, reproducibly."""

from pathlib import Path

from deploy import chalice_output, cloudformation, terraform
from deploy.bundle import bundle, worker_bundle

Files = dict[Path, bytes]


def package(root: Path, stage: str, out: Path) -> list[Path]:
    """Write `cloudformation/<stage>/` and `terraform/<stage>/`, keeping other files there; return the files.

    Raises BundleError, TemplateError, and RuntimeError or ValueError for what Chalice cannot read.
    """
    config, resources = chalice_output.read_config(root, stage), chalice_output.read_resources(root)
    template = cloudformation.finished(chalice_output.sam_template(config, resources), stage)
    blocks = terraform.files(chalice_output.terraform_blocks(config), resources, stage)
    code = {chalice_output.ZIP: bundle(root), chalice_output.WORKER_ZIP: worker_bundle(root)}
    return [
        *_write(out / "cloudformation" / stage, {"template.json": _json(template), **code}),
        *_write(out / "terraform" / stage, {**{name: _json(blocks[name]) for name in blocks}, **code}),
    ]


def _json(document: chalice_output.Document) -> bytes:
    return cloudformation.serialised(document).encode()


def _write(folder: Path, files: dict[str, bytes]) -> list[Path]:
    folder.mkdir(parents=True, exist_ok=True)  # may contain Terraform's state
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return [folder / name for name in sorted(files)]
