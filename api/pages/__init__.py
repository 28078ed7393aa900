"""The pages for people: Downloads, New export, Schedules. Server-rendered; a little script makes them live."""
