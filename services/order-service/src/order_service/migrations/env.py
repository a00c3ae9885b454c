"""How Alembic runs the steps: over the connection that `migrate` opened, each in a transaction of its own.

So a step may leave its transaction, to build an index of a busy table while that is written to.
"""

from alembic import context

from order_service import operator_tables, subscription_tables  # noqa: F401  # make themselves known to Base
from order_service.tables import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    transaction_per_migration=True,
)
with context.begin_transaction():
    context.run_migrations()
