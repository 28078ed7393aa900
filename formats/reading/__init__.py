"""Files in: whatever people hand in, as raw objects with the place where each stood.

    read_objects(path)  ->  ("line 12", {"id": ..., "type": ..., ...}), ...

`source` opens and bounds the file, `json_stream` reads JSON in all its wrappings. Tables go a longer way, each step apart:
`sheets` and `delimited` give rows of cells, `headers` says what the columns mean, `changes` makes of each row what it says
of one object, and of that an object.
"""

from formats.reading.objects import MOST_BYTES, read_objects

__all__ = ["MOST_BYTES", "read_objects"]
