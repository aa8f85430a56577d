#!/usr/bin/env python3
"""Writes the Spark Connect protocol, as the installed PySpark client carries it, into one FileDescriptorSet.

usage: protocol_descriptors.py OUT

Files come in the order of their dependencies, Google's own included, as `protoc --descriptor_set_in` wants them.
"""
import importlib
import pathlib
import pkgutil
import sys

from google.protobuf import descriptor_pb2


def protocol_files():
    import pyspark.sql.connect.proto as package
    for module in pkgutil.iter_modules(package.__path__):
        if module.name.endswith("_pb2") and not module.name.startswith("example_"):
            yield importlib.import_module(f"{package.__name__}.{module.name}").DESCRIPTOR


def with_dependencies(files):
    seen, ordered = set(), []

    def visit(file):
        if file.name not in seen:
            seen.add(file.name)
            for dependency in file.dependencies:
                visit(dependency)
            ordered.append(file)

    for file in files:
        visit(file)
    return ordered


def main():
    descriptors = descriptor_pb2.FileDescriptorSet()
    for file in with_dependencies(protocol_files()):
        file.CopyToProto(descriptors.file.add())
    pathlib.Path(sys.argv[1]).write_bytes(descriptors.SerializeToString(deterministic=True))


if __name__ == "__main__":
    main()
