"""The command line that all examples share."""
import argparse

from pyspark.sql import SparkSession


def arguments(text, **defaults):
    """--remote, and an option for each default, of its type; gives (session, arguments)."""
    parser = argparse.ArgumentParser(description=text)
    parser.add_argument("--remote", default="sc://localhost:15002")
    for name, value in defaults.items():
        parser.add_argument(f"--{name}", default=value, type=type(value))
    parsed = parser.parse_args()
    return SparkSession.builder.appName("example").remote(parsed.remote).getOrCreate(), parsed
