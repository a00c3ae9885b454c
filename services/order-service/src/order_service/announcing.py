"""What a change looks like when it is published."""

from typing import Final

from order_service.publisher import Outgoing
from order_service.store import Change
from order_service.subscription_store import SubscriptionChange
from tillstream_contracts import (
    ORDERS_STATUS,
    SUBSCRIPTIONS_STATUS,
    EventHeaders,
    OrderStatusChanged,
    SubscriptionStatusChanged,
)

SOURCE: Final = "tillstream/order-service"


def announcement(change: Change | SubscriptionChange, topic_prefix: str, traceparent: str | None) -> Outgoing:
    """The record, the same one whenever the change is published again; its trace is its cause's."""
    event: type[OrderStatusChanged] | type[SubscriptionStatusChanged]
    match change:
        case Change():
            event, topic, key = OrderStatusChanged, ORDERS_STATUS, change.order_id
        case SubscriptionChange():
            event, topic, key = SubscriptionStatusChanged, SUBSCRIPTIONS_STATUS, change.subscription_id
    headers = EventHeaders(
        id=event.id_for(key, change.version),
        source=SOURCE,
        type=event.TYPE,
        time=change.occurred_at,
        partition_key=key,
        traceparent=traceparent,
    )
    return Outgoing(topic.under(topic_prefix), key.encode(), change.body.encode(), headers.to_kafka())
