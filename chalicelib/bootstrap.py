"""The composition root: `build_world` makes the adapters from the settings, `build_app` the application from them."""

import os
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from chalicelib.catalog.event import Actor
from chalicelib.catalog.ports import Clock, Identities, Ports
from chalicelib.catalog.principal import Principal
from chalicelib.catalog.service import Catalog
from chalicelib.dialects import DIALECTS
from chalicelib.http import access_log
from chalicelib.http.dialect import Dialect
from chalicelib.http.docs import documentation
from chalicelib.http.gateway import Gateway
from chalicelib.http.health import Readiness, health
from chalicelib.http.meter import Meter
from chalicelib.settings import BadSetting, Settings
from chalicelib.storage import probes, tables
from chalicelib.storage.backlog import DynamoBacklog
from chalicelib.storage.blobs import S3BlobStore
from chalicelib.storage.clients import Clients
from chalicelib.storage.connection import SharedConnection
from chalicelib.storage.events import DynamoChronicle
from chalicelib.storage.identities import DynamoIdentities
from chalicelib.storage.images import DynamoImageRepository
from chalicelib.storage.instances import Ec2Instances
from chalicelib.storage.jobs import DynamoJobRepository
from chalicelib.storage.links import S3Links, links_of
from chalicelib.storage.listings import Listings
from chalicelib.storage.memberships import DynamoMembershipRepository
from chalicelib.storage.multiparts import S3MultipartStore
from chalicelib.storage.queue import SqsQueue
from chalicelib.storage.references import DynamoReferenceRepository
from chalicelib.storage.shares import DynamoShares
from chalicelib.storage.sources import ExternalSources, WebSource

if TYPE_CHECKING:
    from mypy_boto3_ec2 import EC2Client
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sqs import SQSClient

    from chalicelib.jobs.reaper import Reaper
    from chalicelib.storage.migration import Migration

DEFAULT_REGION = "us-east-1"
MAX_RESPONSE_BYTES = 6_000_000
"""Largest response body, encoded in JSON. Lambda's limit is 6,291,556 bytes, headers included."""


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        """The current time, in UTC."""
        return datetime.now(UTC)


class Aws(NamedTuple):
    """The AWS clients, which several worlds may share; each connects on first use.

    `probing` makes clients for health checks, by the service's name: with short timeouts, and without retries.
    """

    dynamodb: SharedConnection
    s3: Callable[[], "S3Client"]
    links: S3Links
    sqs: Callable[[], "SQSClient"]
    ec2: Callable[[str | None], "EC2Client"]
    probing: Callable[[str], Any]
    meter: Meter

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> "Aws":
        """Clients for the environment's region and S3 endpoint; botocore reads its other settings itself."""
        region = environ.get("AWS_REGION") or environ.get("AWS_DEFAULT_REGION") or DEFAULT_REGION
        connection, meter = SharedConnection(region, environ), Meter()
        connection.on_call(meter.count)
        endpoint = environ.get("AWS_ENDPOINT_URL_S3", environ.get("AWS_ENDPOINT_URL"))
        clients = Clients(region, "virtual" if endpoint is None else "auto")
        links = links_of(connection.credentials, region, endpoint, clients.s3)
        return cls(connection, clients.s3, links, clients.sqs, clients.ec2, clients.probing, meter)


class World(NamedTuple):
    """The adapters of one deployment. `identities` knows our own tokens; `callers` accepts Keystone's as well."""

    settings: Settings
    clock: Clock
    identities: DynamoIdentities
    callers: Identities
    images: DynamoImageRepository
    memberships: DynamoMembershipRepository
    chronicle: DynamoChronicle
    references: DynamoReferenceRepository
    blobs: S3BlobStore
    multiparts: S3MultipartStore
    sources: ExternalSources
    jobs: DynamoJobRepository
    shares: DynamoShares
    queue: SqsQueue
    instances: Ec2Instances
    backlog: DynamoBacklog
    meter: Meter
    readiness: Readiness

    def catalog(self, principal: Principal, dialect: str = "", request_id: str = "") -> Catalog:
        """The catalogue, opened for one principal and one request of this dialect."""
        ports = self._ports.by(Actor.of(principal, dialect, request_id))
        return Catalog(principal, ports, self.settings.limits)

    def deliver(self, records: Iterable[Mapping[str, Any]]) -> list[str]:
        """Pass SQS records, as Lambda receives them, to the worker; returns the ids of messages that failed."""
        from chalicelib.jobs.delivery import deliver  # noqa: PLC0415  # the API does not need it
        from chalicelib.jobs.worker import Worker  # noqa: PLC0415  # as above

        return deliver(records, Worker(self._ports, self.settings.limits), self.queue)

    @property
    def reaper(self) -> "Reaper":
        """The clean-up that has to run every minute."""
        from chalicelib.jobs.reaper import Reaper  # noqa: PLC0415  # as above

        return Reaper(self._ports, self.backlog, self.settings.limits.periods)

    @property
    def migration(self) -> "Migration":
        """Converts images from an older table layout."""
        from chalicelib.storage.migration import Migration  # noqa: PLC0415  # as above

        return Migration(self.images.connection, self.images)

    @property
    def _ports(self) -> Ports:
        return Ports(
            images=self.images,
            memberships=self.memberships,
            chronicle=self.chronicle,
            references=self.references,
            jobs=self.jobs,
            shares=self.shares,
            queue=self.queue,
            instances=self.instances,
            blobs=self.blobs,
            multiparts=self.multiparts,
            sources=self.sources,
            clock=self.clock,
            tokens=self.identities,
        )


def build_world(environ: Mapping[str, str] | None = None, clock: Clock | None = None, aws: Aws | None = None) -> World:
    """Build the adapters from the environment; no request is made. Raises BadSetting."""
    environ = os.environ if environ is None else environ
    settings = Settings.from_environ(environ)
    clock, aws, web = clock or SystemClock(), aws or Aws.from_environ(environ), WebSource()
    tables.bind(aws.dynamodb, settings.table_prefix)
    chronicle = DynamoChronicle(aws.dynamodb, clock)
    memberships = DynamoMembershipRepository(aws.dynamodb, chronicle, settings.limits.shared_quota)
    listings = Listings(aws.dynamodb, memberships, settings.max_scan, migrating=settings.migrating)
    identities = DynamoIdentities(aws.dynamodb, clock)
    return World(
        settings=settings,
        clock=clock,
        identities=identities,
        callers=_callers(settings, identities, clock),
        images=DynamoImageRepository(aws.dynamodb, listings, chronicle, settings.limits),
        memberships=memberships,
        chronicle=chronicle,
        references=DynamoReferenceRepository(aws.dynamodb),
        blobs=S3BlobStore(settings.bucket, aws.s3, aws.links, web, settings.limits.inline_bytes),
        multiparts=S3MultipartStore(settings.bucket, aws.s3, aws.links),
        sources=ExternalSources(settings.bucket, aws.s3, web),
        jobs=DynamoJobRepository(aws.dynamodb),
        shares=DynamoShares(aws.dynamodb, settings.workers_per_tenant),
        queue=SqsQueue(settings.work_queue, aws.sqs),
        instances=Ec2Instances(settings.zones, aws.ec2),
        backlog=DynamoBacklog(aws.dynamodb, chronicle, migrating=settings.migrating),
        meter=aws.meter,
        readiness=Readiness(
            {
                "tables": lambda: probes.ask_tables(aws.probing("dynamodb")),
                "bucket": lambda: probes.ask_bucket(aws.probing("s3"), settings.bucket),
            },
            clock,
        ),
    )


def build_app(environ: Mapping[str, str] | None = None, world: World | None = None) -> Gateway:
    """The Lambda handler, ready to be called with events. Raises BadSetting."""
    world = world or build_world(environ)
    described = (*DIALECTS, health(world.readiness))
    dialects = (*described, documentation(described, lambda: world.blobs.origin))
    return Gateway(
        dialects,
        world.callers,
        world.catalog,
        {dialect.name: _options(dialect, world.settings) for dialect in dialects},
        world.settings.public_endpoint,
        max(world.settings.limits.inline_bytes, MAX_RESPONSE_BYTES),
        world.meter,
    )


def log_to_stdout() -> None:
    """Write the access log to standard output, as Lambda expects."""
    access_log.to_stdout()


def _callers(settings: Settings, own: Identities, clock: Clock) -> Identities:
    """Accepts our own tokens and, if Keystone is configured, Keystone's."""
    found = settings.keystone
    if found is None:
        return own
    from chalicelib.storage.keystone import KeystoneIdentities  # noqa: PLC0415  # most deployments have none
    from chalicelib.storage.keystone_service import KeystoneService, Login  # noqa: PLC0415  # as above

    login = Login(found.name, found.secret, found.project, found.user_domain, found.project_domain)
    service = KeystoneService(found.url, login, found.ca_file, clock)
    return KeystoneIdentities(own, service, found.roles, found.trusted_for, clock)


def _options(dialect: Dialect, settings: Settings) -> "NamedTuple | None":
    """A dialect's options, with a field for each of its settings. Raises BadSetting for one without a field."""
    named = settings.options(dialect.name)
    try:
        options = dialect.read_options(named)
    except ValueError as error:
        raise BadSetting(str(error)) from error
    if options is not None:
        unknown = sorted(named.keys() - set(options._fields))
        if unknown:
            raise BadSetting(f"Unknown setting {dialect.name.upper()}_{unknown[0].upper()}")
    return options
