"""How Alembic runs the revisions of the objects: on the connection that `database.migrate` gives it, in its transaction."""

from alembic import context

from database.tables import objects_metadata

context.configure(
    connection=context.config.attributes["connection"],
    version_table=context.config.attributes["version_table"],
    target_metadata=objects_metadata,
    transactional_ddl=True,
)
context.run_migrations()
