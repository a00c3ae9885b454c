"""All mutants. A new promise of the house deserves one here that breaks it."""

from typing import Final

from chaos.mutants import ingest_defects, order_defects, other_defects
from chaos.mutants.mutant import Mutant

INGEST, ORDERS, NOTIFIER, INTENTS = "webhook_ingest", "order_service", "notifier", "intent_api"
KEPT: Final = "every acknowledged event is in Kafka, byte for byte"
TAKEN_IN: Final = "every event was taken in"
LOST: Final = "what Kafka had already did not need healing"
PUBLISHED: Final = "all that is stored was published, and nothing else"

MUTANTS: Final = (
    Mutant(
        "acks-1",
        INGEST,
        "producer:AIOKafkaProducer",
        ingest_defects.acks_one,
        "webhook-ingest takes the leader's word (acks=1), whatever the replicas have",
        frozenset({KEPT}),
        shown_by=frozenset({"freeze-followers-kill-leader"}),
        orders=150,
        seconds=45,
    ),
    Mutant(
        "answer-first",
        INGEST,
        "batches:Batches.add",
        ingest_defects.answer_first,
        "webhook-ingest answers 200 before Kafka has acknowledged",
        frozenset({KEPT}),
        shown_by=frozenset({"kill-two-brokers"}),
    ),
    Mutant(
        "no-verification",
        INGEST,
        "signatures:refusal",
        ingest_defects.no_verification,
        "webhook-ingest checks no signature",
        frozenset({"no forged event was accepted"}),
        shown_by=frozenset({"kill"}),
    ),
    Mutant(
        "offset-first",
        ORDERS,
        "intake:Intake",
        order_defects.offset_first,
        "order-service commits the Kafka offset before the transaction, and trusts it",
        frozenset({TAKEN_IN, LOST}),
        shown_by=frozenset({"kill", "database-connections", "disk-full", "commit-reply-lost"}),
        seconds=45,
    ),
    Mutant(
        "no-deduplication",
        ORDERS,
        "store:first_sight",
        order_defects.no_deduplication,
        "the inbox takes every event for a new one",
        frozenset({"each event has one line in a timeline"}),
        shown_by=frozenset({"kill"}),
    ),
    Mutant(
        "publish-first",
        ORDERS,
        "batches:Batches._transaction",
        order_defects.publish_first,
        "changes are published before the database's commit",
        frozenset({"a version was never published with another content", PUBLISHED}),
        shown_by=frozenset({"database-immediate", "database-backends", "commit-reply-lost"}),
        seconds=45,
    ),
    Mutant(
        "nothing-again",
        ORDERS,
        "store:_caused_by",
        order_defects.nothing_again,
        "what repeated events once changed is not published again",
        frozenset({PUBLISHED}),
        shown_by=frozenset({"commit-reply-lost"}),
    ),
    Mutant(
        "errors-swallowed",
        ORDERS,
        "intake:Intake._again",
        order_defects.errors_swallowed,
        "a batch that fails is passed over, its offset committed",
        frozenset({TAKEN_IN, LOST}),
        shown_by=frozenset({"database-immediate", "database-backends"}),
    ),
    Mutant(
        "no-version-check",
        NOTIFIER,
        "following:Following._newer",
        other_defects.no_version_check,
        "notifier passes on versions that its client has seen or passed",
        frozenset({"at no client a version goes back or comes twice"}),
        shown_by=frozenset({"kill", "kill-broker", "commit-reply-lost"}),
        seconds=45,
    ),
    Mutant(
        "fresh-stripe-key",
        INTENTS,
        "desk:stripe_key_for",
        other_defects.fresh_key,
        "intent-api asks Stripe under a new idempotency key each time",
        frozenset({"one key gave one order and one PaymentIntent"}),
        shown_by=frozenset({"kill"}),
    ),
)


class NoSuchMutant(Exception):
    """Nothing in the catalogue is called so."""


def mutant_called(name: str) -> Mutant:
    """The mutant of this name. Raises NoSuchMutant."""
    for mutant in MUTANTS:
        if mutant.name == name:
            return mutant
    raise NoSuchMutant(f"{name} is none of {', '.join(mutant.name for mutant in MUTANTS)}")
