"""Bytes from a fuzzer, into what reads bytes from outside: `make fuzz`."""
