"""What only the SDK's own tests use; may change at any time."""

from tellus._tellus import Clock

__all__ = ["Clock"]
