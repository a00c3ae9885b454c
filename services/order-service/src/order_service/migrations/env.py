"""How Alembic runs the steps: over the connection that `migrate` opened, all in one transaction."""

from alembic import context

from order_service.tables import Base

context.configure(connection=context.config.attributes["connection"], target_metadata=Base.metadata)
with context.begin_transaction():
    context.run_migrations()
