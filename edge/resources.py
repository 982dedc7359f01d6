"""What the routes work with. The application's lifespan owns them."""

from msgspec import Struct

from actors.cluster import Cluster
from actors.settings import Settings
from edge.retaining import Retaining
from events.blobs import BlobsByLearner
from events.kafka.relaying import Relaying
from events.log import EventLog
from projections.views import ViewStore


class Resources(Struct, kw_only=True):
    """What the routes work with."""

    settings: Settings
    cluster: Cluster
    log: EventLog
    blobs: BlobsByLearner
    views: ViewStore
    relaying: Relaying | None = None
    retaining: Retaining | None = None
