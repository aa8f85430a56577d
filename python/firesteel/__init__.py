"""What a Firesteel server offers beyond the PySpark client."""

__version__ = "0.1.0"
