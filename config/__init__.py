"""Settings, the catalogue of columns and the profiles: facts, as data."""
