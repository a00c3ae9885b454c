"""Everything about notifier that a deployment may choose."""

from datetime import timedelta
from typing import Annotated

from pydantic import Field, HttpUrl
from pydantic_settings import BaseSettings, SettingsConfigDict

from tillstream_contracts.keys import TokenSecret
from tillstream_contracts.tokens import CLOCKS, MAX_TOKEN_LENGTH
from tillstream_operations import LAPTOP_ORIGINS, Duration, EndAfter, LogFormat, Pause, Words

Count = Annotated[int, Field(ge=1)]


class Settings(BaseSettings):
    """Read from the environment: `NOTIFIER_…`, and the names that the whole house shares."""

    model_config = SettingsConfigDict(
        env_prefix="NOTIFIER_",
        frozen=True,
        populate_by_name=True,
        hide_input_in_errors=True,
        use_attribute_docstrings=True,
        extra="ignore",
    )

    host: str = "127.0.0.1"
    """The address to listen on."""
    port: Annotated[int, Field(ge=0, le=65535)] = 8004
    """The port for WebSockets, probes, metrics and documentation; 0 lets the system choose one."""
    log_level: Annotated[str, Field(validation_alias="LOG_LEVEL")] = "INFO"
    """The least level that is logged."""
    log_format: Annotated[LogFormat, Field(validation_alias="LOG_FORMAT")] = "auto"
    """`json`, `console`, or `auto`: readable in a terminal, JSON elsewhere."""

    kafka_bootstrap_servers: Annotated[str, Field(validation_alias="KAFKA_BOOTSTRAP_SERVERS")] = "localhost:9092"
    """Where Kafka is: `host:port`, comma-separated."""
    kafka_topic_prefix: Annotated[str, Field(validation_alias="KAFKA_TOPIC_PREFIX")] = ""
    """What every topic's name begins with in a cluster shared with others."""
    kafka_timeout: Duration = timedelta(seconds=10)
    """How long one question to Kafka may take."""
    kafka_retry: Duration = timedelta(seconds=0.5)
    """How long to wait, about, before reading on after an error."""
    kafka_check_interval: Duration = timedelta(seconds=2)
    """How often the reader's progress, new partitions and its lag are looked at."""
    kafka_stuck_after: Duration = timedelta(seconds=10)
    """When records wait in Kafka and none arrives for so long, the reader is built anew."""
    kafka_stale_after: Duration = timedelta(seconds=30)
    """Readiness falls when Kafka's end could not be compared with our position for so long."""

    token_secret: Annotated[TokenSecret, Field(validation_alias="TILLSTREAM_TOKEN_SECRET")]
    """What stream tokens are signed with; the same in intent-api and order-service."""
    token_leeway: Annotated[Pause, Field(le=CLOCKS)] = timedelta(seconds=5)
    """How far two machines' clocks may differ when a token's end is looked at."""
    allowed_origins: Words = LAPTOP_ORIGINS
    """Pages that may open a stream, comma-separated. A caller without `Origin` is no browser and is let in."""

    order_service_url: HttpUrl = HttpUrl("http://localhost:8003")
    """Where snapshots come from."""
    snapshot_timeout: Duration = timedelta(seconds=3)
    """How long one request for a snapshot may take."""
    snapshot_patience: Duration = timedelta(seconds=30)
    """How long a client waits for its snapshot, retries included, before it is sent away."""
    snapshot_concurrency: Count = 64
    """Requests for snapshots in flight at once; the others wait their turn."""

    max_connections: Count = 10_000
    """Open sockets in this process."""
    max_connections_per_address: Count = 200
    """Open sockets from one IPv4 address or one IPv6 /64."""
    trusted_proxies: Annotated[int, Field(ge=0, le=10)] = 0
    """How many proxies of ours stand in front and append to `X-Forwarded-For`; 0 believes only the socket."""
    handshake_timeout: Duration = timedelta(seconds=5)
    """From the TCP connection to the end of the WebSocket handshake."""
    subscribe_timeout: Duration = timedelta(seconds=5)
    """From the handshake to the `subscribe` frame."""
    max_frame_bytes: Annotated[int, Field(ge=MAX_TOKEN_LENGTH)] = 4096
    """The largest frame that a client may send; a token takes up to 2048 bytes of it."""
    max_frames_per_minute: Count = 60
    """Frames of any kind that a client may send in a minute, pings and pongs included."""
    write_buffer_bytes: Count = 64 * 1024
    """A socket that leaves more than this unread is dropped."""
    socket_send_buffer_bytes: Count = 32 * 1024
    """What the kernel holds back for a socket in addition."""
    heartbeat_interval: Duration = timedelta(seconds=20)
    """How often each socket hears that the stream is alive (a frame) and is asked the same (a ping)."""
    heartbeat_timeout: Duration = timedelta(seconds=20)
    """A socket that does not answer a ping for so long is dropped."""
    close_timeout: Duration = timedelta(seconds=5)
    """How long a closing handshake may take before the connection is cut."""

    end_after: EndAfter = timedelta(seconds=30)
    """When /livez fails, or the event loop does not turn, for so long, the process ends with exit code 70."""
    notice: Pause = timedelta(seconds=1)
    """How long `/readyz` says no on SIGTERM while streams are still let in, so that a load balancer looks elsewhere."""
    drain_closes_per_second: Count = 2000
    """How fast sockets are closed at the end, so that their clients do not come to the others all at once."""
    drain_timeout: Duration = timedelta(seconds=13)
    """How long sending the sockets elsewhere may take after that. With the notice 1 and the reader's end 5 the whole
    stays below 20 s."""
