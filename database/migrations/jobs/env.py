"""How Alembic runs the revisions of the jobs: on the connection that `database.migrate` gives it, in its transaction."""

from alembic import context

from database.tables import jobs_metadata

context.configure(
    connection=context.config.attributes["connection"],
    version_table=context.config.attributes["version_table"],
    target_metadata=jobs_metadata,
    transactional_ddl=True,
)
context.run_migrations()
