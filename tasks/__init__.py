"""The steps of an export, each a plain function with a thin Prefect task under it."""
