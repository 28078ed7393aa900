"""The HTTP edge: the documented trigger, jobs, files, health. It answers, and leaves the work to Prefect's runs."""
