"""The store: tables, the filter tree as SQL, objects in and rows out, and the job row."""
