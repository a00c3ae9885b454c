"""What operators do by hand, and where each parked record stands in its parked topic."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables, which nothing but the operators' command uses, as far as they are missing."""
    op.create_table(
        "operator_actions",
        sa.Column("line", sa.BigInteger, sa.Identity(always=True), nullable=False),
        sa.Column("acted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("acted_by", sa.Text, nullable=False),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("because", sa.Text, nullable=False),
        sa.Column("topic", sa.Text, nullable=True),
        sa.Column("partition", sa.Integer, nullable=True),
        sa.Column("record_offset", sa.BigInteger, nullable=True),
        sa.Column("written_partition", sa.Integer, nullable=True),
        sa.Column("written_offset", sa.BigInteger, nullable=True),
        sa.PrimaryKeyConstraint("line", name=op.f("operator_actions_pkey")),
        if_not_exists=True,
    )
    op.create_index(
        "operator_actions_by_record",
        "operator_actions",
        ["topic", "partition", "record_offset", "line"],
        if_not_exists=True,
    )
    op.create_index(
        "operator_actions_by_written_place",
        "operator_actions",
        ["topic", "written_partition", "written_offset"],
        postgresql_where=sa.text("written_offset IS NOT NULL"),
        if_not_exists=True,
    )
    op.create_table(
        "parked_copies",
        sa.Column("topic", sa.Text, nullable=False),
        sa.Column("partition", sa.Integer, nullable=False),
        sa.Column("record_offset", sa.BigInteger, nullable=False),
        sa.Column("copy_partition", sa.Integer, nullable=False),
        sa.Column("copy_offset", sa.BigInteger, nullable=False),
        sa.Column("parked_by", sa.Text, nullable=False),
        sa.Column("has_value", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("topic", "partition", "record_offset", name=op.f("parked_copies_pkey")),
        if_not_exists=True,
    )
    op.create_index(
        "parked_copies_by_copy", "parked_copies", ["topic", "copy_partition", "copy_offset"], if_not_exists=True
    )


def downgrade() -> None:
    """Drop the tables. Who did what is lost with them."""
    op.drop_table("parked_copies")
    op.drop_table("operator_actions")
