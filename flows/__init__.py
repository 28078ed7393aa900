"""The Prefect flows: the steps in order, for every way in."""
