"""The minimum costs of operations, with the caller's token cached, and why some cost more.

The minimum is one batch read of all items with known keys, one query for each list, one transaction for all changes,
and one call for each S3 object, message and machine; independent calls are concurrent.
"""

from bench.parts.trial import Least

NUMBER = "its number comes from a counter"
SIGHT = "whether it may be seen decides first"
TOTAL = "whether the total has to be read is known when the page is"
SORTED = "no list has its order: keys are sorted, then rows fetched"
SAVING = "it is saving first, so that no bytes are without an image"
READ_FIRST = "the caller's token is read first, as it is by now: it says whose tokens these are"
OWNER = "the job is its owner's, whom the image tells"
JOB_FIRST = "the job is stored before its image is touched"
PARENTS = "its parents are read one after the other"
WRITTEN = "each thing is written down when it is done, should the worker die"
IN_ITS_TURN = "a tenant holds so many workers at once, which is counted before and after"
ONE_BY_ONE = "each image is ended by itself, so that none delays another"

NOTHING = Least(0)
SHOWN = Least(1)
CHANGED = Least(2)
ADDED = Least(1, NUMBER)
NAMED = Least(2)
NAMED_CHANGED = Least(3)
LISTED = Least(3, depth=1)
"""The caller's own images, public ones, and those shared with it."""
