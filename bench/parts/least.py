"""The minimum costs of operations, with the caller's token cached, and why some cost more.

The minimum is one batch read of all items with known keys, one query for each list, one transaction for all changes,
and one call for each S3 object, message and machine; independent calls are concurrent.
"""

from bench.parts.trial import Least

NUMBER = "its number comes from a counter"
SIGHT = "its visibility is checked first"
TOTAL = "the page decides whether the total must be read"
SORTED = "no list has its order: keys are sorted, then rows fetched"
SAVING = "the image is saving first, so that no data is orphaned"
READ_FIRST = "the caller's token is read first: it says whose tokens to read"
OWNER = "the job's key has its owner, which the image has"
JOB_FIRST = "the job is stored before its image is touched"
PARENTS = "its parents are read one after the other"
WRITTEN = "each step is stored when it is done, in case the worker dies"
IN_ITS_TURN = "a tenant's concurrent jobs are limited, and counted before and after"
ONE_BY_ONE = "each image is completed by itself, so that none delays another"

NOTHING = Least(0)
SHOWN = Least(1)
CHANGED = Least(2)
ADDED = Least(1, NUMBER)
NAMED = Least(2)
NAMED_CHANGED = Least(3)
LISTED = Least(3, depth=1)
"""The caller's own images, public ones, and those shared with it."""
