"""Measured comparisons, each beside what a user would otherwise pick, in the same run. `make bench` runs them all."""
