"""What `serve` starts, and what brings a job home when a part of it dies."""
