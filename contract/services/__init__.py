"""The sibling services of the documented one: their requests read, their answers shaped. No I/O, like all of `contract`."""
