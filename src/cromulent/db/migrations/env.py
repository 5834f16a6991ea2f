"""How Alembic runs a migration here: on the connection it is handed, in batch mode, inside the caller's transaction."""

from alembic import context

from cromulent.db.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    transactional_ddl=False,
)
context.run_migrations()
