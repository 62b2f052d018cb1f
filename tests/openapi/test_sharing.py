"""A process may enter a module again after another one: it finds nothing there."""

from chalicelib.bootstrap import Aws
from tests.dialects.qingcloud.machines import Machines
from tests.factories import an_image
from tests.moto_state import has_bytes, has_machines, queues, tables
from tests.openapi.sharing import an_api


def test_a_registry_that_is_entered_again_is_empty(aws: Aws) -> None:
    first = an_api(aws)
    first.caller("t1")
    first.world.images.add(an_image())
    first.world.blobs.put("image", b"bytes")
    first.world.queue.send("t1", "job")
    Machines(aws.ec2(None)).start()

    again = an_api(aws)

    assert [name for name, table in tables().items() if table.items] == []
    assert (has_bytes(), has_machines(), [queue._messages for queue in queues()]) == (False, False, [[]])  # noqa: SLF001  # a test double's own
    assert again.stored() == []
