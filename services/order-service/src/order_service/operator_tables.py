"""What PostgreSQL holds of what operators do by hand.

None of it can be folded from the topics of events again: a rebuilt database takes `operator_actions` over as it is, and
`parked_copies` is read anew from the parked topics.
"""

from datetime import datetime

from sqlalchemy import BigInteger, Boolean, Identity, Index, Integer, Text, text
from sqlmodel import Field

from order_service.tables import INSTANT, Base


class OperatorActionRow(Base, table=True):
    """Something that an operator did. What was replayed is named by where it first stood, and by where it stands now.

    A replay without the second place was begun, and never acknowledged by Kafka.
    """

    __tablename__ = "operator_actions"
    __table_args__ = (
        Index("operator_actions_by_record", "topic", "partition", "record_offset", "line"),
        Index(
            "operator_actions_by_written_place",
            "topic",
            "written_partition",
            "written_offset",
            postgresql_where=text("written_offset IS NOT NULL"),
        ),
    )

    line: int | None = Field(default=None, sa_type=BigInteger, primary_key=True, sa_column_args=[Identity(always=True)])
    acted_at: datetime = Field(sa_type=INSTANT)
    acted_by: str = Field(sa_type=Text)
    action: str = Field(sa_type=Text)
    because: str = Field(sa_type=Text)
    topic: str | None = Field(sa_type=Text)
    partition: int | None = Field(sa_type=Integer)
    record_offset: int | None = Field(sa_type=BigInteger)
    written_partition: int | None = Field(sa_type=Integer)
    written_offset: int | None = Field(sa_type=BigInteger)


class ParkedCopyRow(Base, table=True):
    """Where the record that first stood at this place stands in `<topic>.parked`; of several copies the last."""

    __tablename__ = "parked_copies"
    __table_args__ = (Index("parked_copies_by_copy", "topic", "copy_partition", "copy_offset"),)

    topic: str = Field(sa_type=Text, primary_key=True)
    partition: int = Field(sa_type=Integer, primary_key=True)
    record_offset: int = Field(sa_type=BigInteger, primary_key=True)
    copy_partition: int = Field(sa_type=Integer)
    copy_offset: int = Field(sa_type=BigInteger)
    parked_by: str = Field(sa_type=Text)
    has_value: bool = Field(sa_type=Boolean)
    """Whether the copy holds what the record said; of one that is too large only the first place has it."""
