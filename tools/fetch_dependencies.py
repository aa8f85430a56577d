#!/usr/bin/env python3
"""Puts the pinned dependencies into the cache folder and verifies their digests.

The cache is ${FIRESTEEL_CACHE:-~/.cache/firesteel}; every dependency is one folder named by its version, made complete in a
temporary folder and then renamed, so an interrupted run leaves nothing half done. What is there already is not looked at again.
Exits 1 with one sentence when something cannot be had.
"""
import functools
import hashlib
import io
import os
import pathlib
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile

import pypi_file

ROOT = pathlib.Path(__file__).resolve().parent.parent
CACHE = pathlib.Path(os.environ.get("FIRESTEEL_CACHE") or pathlib.Path.home() / ".cache" / "firesteel")

DUCKDB_WHEEL = ("duckdb", "duckdb-2.0.0-cp311-cp311-manylinux_2_27_x86_64.manylinux_2_28_x86_64.whl",
                "5a3601121c7cc50d0b70412995634682fafcb58a0156d5d663dfd0b3bbe30a33")
DUCKDB_LIBRARY = "_duckdb.cpython-311-x86_64-linux-gnu.so"
DUCKDB_SOURCE = ("duckdb", "duckdb-2.0.0.tar.gz", "09de511ef0dc76a5213e8d3d87a8b89bb4d3e8a6fe73a9f60dc001269946b44f")
DUCKDB_HEADERS = ("src/include/duckdb.h", "src/include/duckdb_extension.h", "src/include/duckdb_extension_v2.h",
                  "src/include/duckdb_v2.h", "tools/cpp/duckdb_cpp.hpp", "tools/cpp/duckdb_cpp.cpp")
ARROW_WHEEL = ("pyarrow", "pyarrow-26.0.1-cp311-cp311-manylinux_2_28_x86_64.whl",
               "39cb0f2418282c24bea6ceda77b03e5a8f0a5766b63a8bf194d4e2a2c423548c")
# The last release of the Python package whose source archive holds the C++ headers.
DATASKETCHES_SOURCE = ("datasketches", "datasketches-4.1.0.tar.gz", "6a57e4d1e93ccf1035604e3d9181dbe490281673833ce5be477c197b1195c840")
DATASKETCHES_PARTS = ("common", "hll", "theta", "tuple", "kll")
# Without CUDA: a twentieth of the size. The library with CUDA takes its place by FIRESTEEL_XGBOOST_LIBRARY (src/ml/README.md).
XGBOOST_WHEEL = ("xgboost-cpu", "xgboost_cpu-3.2.0-py3-none-manylinux_2_28_x86_64.whl",
                 "9c10b1653e1a689bf4094a328144cf3633c9be0e5217a76fbdc2fde6abcb2950")
XGBOOST_LIBRARIES = ("xgboost/lib/libxgboost.so", "xgboost_cpu.libs/libgomp-e985bcbb.so.1.0.0")
ARROW_LIBRARIES = ("libarrow.so.2600", "libparquet.so.2600")
ARROW_S3_LIBRARIES = ("libarrow_s3.so.2600",)


# Clients of earlier versions, which the tests run the examples with: source archives, whose package is taken out as it is.
OLDER_CLIENTS = {
    "4.0.1": ("pyspark-client", "pyspark_client-4.0.1.tar.gz", "0bf8af4ec809906434175b1f25204d9507b5d2d358a82adeb1e8126292b3775b"),
    "4.1.0": ("pyspark-client", "pyspark_client-4.1.0.tar.gz", "1f164999afc3e88ddb7044f0b511c088df4fa48a72dedbffe552582fb93847a2"),
}
# Downloaded only for the nightly tests: hundreds of megabytes, since it has Spark itself in it.
NIGHTLY_CLIENTS = {
    "3.5.7": ("pyspark", "pyspark-3.5.7.tar.gz", "80e36514e0c5c126d35a26adf4f405cd4a69de96a8ea8a3c1e9a65fce2fb4eaa"),
}


class Unavailable(Exception):
    """One sentence that says what could not be had."""


def require_digest(data, expected, name):
    digest = hashlib.sha256(data).hexdigest()
    if digest != expected:
        raise Unavailable(f"{name} has sha256 {digest}, expected {expected}")


def duckdb_library(folder):
    """DuckDB's library with its C API, out of the Python package: of the builds of this release it is the fastest (ARCHITECTURE.md)."""
    with tempfile.TemporaryDirectory() as scratch:
        wheel = zipfile.ZipFile(pypi_file.download(*DUCKDB_WHEEL[:2], scratch, DUCKDB_WHEEL[2]))
        (folder / "lib").mkdir()
        (folder / "lib" / "libduckdb.so").write_bytes(wheel.read(DUCKDB_LIBRARY))


def duckdb_headers(folder):
    with tempfile.TemporaryDirectory() as scratch:
        archive = pypi_file.download(*DUCKDB_SOURCE[:2], scratch, DUCKDB_SOURCE[2])
        prefix = DUCKDB_SOURCE[1].removesuffix(".tar.gz") + "/external/duckdb/"
        (folder / "include").mkdir()
        with tarfile.open(archive) as members:
            for name in DUCKDB_HEADERS:
                source = members.extractfile(prefix + name)
                (folder / "include" / name.rsplit("/", 1)[-1]).write_bytes(source.read())


def duckdb(folder):
    duckdb_library(folder)
    duckdb_headers(folder)


@functools.cache
def arrow_wheel():
    with tempfile.TemporaryDirectory() as scratch:
        path = pypi_file.download(*ARROW_WHEEL[:2], scratch, ARROW_WHEEL[2])
        return zipfile.ZipFile(io.BytesIO(pathlib.Path(path).read_bytes()))


def arrow_libraries(folder, names):
    (folder / "lib").mkdir()
    for name in names:
        (folder / "lib" / name).write_bytes(arrow_wheel().read(f"pyarrow/{name}"))


def arrow(folder):
    for name in arrow_wheel().namelist():
        if name.startswith("pyarrow/include/") and not name.endswith("/"):
            target = folder / name.removeprefix("pyarrow/")
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(arrow_wheel().read(name))
    arrow_libraries(folder, ARROW_LIBRARIES)


def arrow_s3(folder):
    arrow_libraries(folder, ARROW_S3_LIBRARIES)


def datasketches(folder):
    with tempfile.TemporaryDirectory() as scratch:
        archive = pypi_file.download(*DATASKETCHES_SOURCE[:2], scratch, DATASKETCHES_SOURCE[2])
        root = DATASKETCHES_SOURCE[1].removesuffix(".tar.gz")
        (folder / "include").mkdir()
        with tarfile.open(archive) as members:
            for member in members:
                path = pathlib.PurePosixPath(member.name)
                if path.parent in [pathlib.PurePosixPath(root, part, "include") for part in DATASKETCHES_PARTS] and member.isfile():
                    (folder / "include" / path.name).write_bytes(members.extractfile(member).read())


def xgboost(folder):
    with tempfile.TemporaryDirectory() as scratch:
        wheel = zipfile.ZipFile(pypi_file.download(*XGBOOST_WHEEL[:2], scratch, XGBOOST_WHEEL[2]))
        (folder / "lib").mkdir()
        for name in XGBOOST_LIBRARIES:
            (folder / "lib" / name.rsplit("/", 1)[-1]).write_bytes(wheel.read(name))


def requirements_digest():
    return hashlib.sha256((ROOT / "tools" / "requirements.txt").read_bytes()).hexdigest()[:12]


def python_environment(folder):
    """A virtual environment with the PySpark client; made in its final place since it holds absolute paths."""
    run = subprocess.run([sys.executable, "-m", "venv", folder], capture_output=True, text=True)
    if run.returncode != 0:
        raise Unavailable(f"python3 -m venv failed: {run.stdout.strip() or run.stderr.strip()}")
    command = [folder / "bin" / "pip", "install", "-q", "--no-input", "-r", ROOT / "tools" / "requirements.txt"]
    run = subprocess.run(command, capture_output=True, text=True)
    if run.returncode != 0:
        reason = [line for line in run.stderr.splitlines() if line.startswith("ERROR")] or ["no reason given"]
        raise Unavailable(f"pip could not install tools/requirements.txt: {reason[-1]}")
    (folder / "complete").touch()


def protocol(folder):
    """Spark Connect's FileDescriptorSet, out of the PySpark client, for protoc --descriptor_set_in."""
    python = CACHE / f"python-{requirements_digest()}" / "bin" / "python"
    run = subprocess.run([python, ROOT / "tools" / "protocol_descriptors.py", folder / "spark_connect.fds"],
                         capture_output=True, text=True)
    if run.returncode != 0:
        raise Unavailable(f"the protocol descriptors could not be read: {run.stderr.strip().splitlines()[-1]}")


def older_client(archive):
    """The maker of a folder for PYTHONPATH: the package `pyspark` and, where the archive has it, the zip of py4j that it imports."""
    def make(folder):
        with tempfile.TemporaryDirectory() as scratch:
            with tarfile.open(pypi_file.download(*archive[:2], scratch, archive[2])) as members:
                root = archive[1].removesuffix(".tar.gz") + "/"
                for member in members:
                    name = member.name.removeprefix(root)
                    is_py4j = name.startswith("lib/py4j-") and name.endswith(".zip")
                    if member.isfile() and (is_py4j or (name.startswith("pyspark/") and name.endswith((".py", ".json")))):
                        target = folder / ("py4j.zip" if is_py4j else name)
                        target.parent.mkdir(parents=True, exist_ok=True)
                        target.write_bytes(members.extractfile(member).read())
    return make


def provide(name, make):
    """Runs make(folder) in a temporary folder beside the final one, unless the final one is there."""
    final = CACHE / name
    if final.exists():
        return
    print(f"bootstrap: getting {name}", flush=True)
    building = pathlib.Path(tempfile.mkdtemp(prefix=f".{name}.", dir=CACHE))
    try:
        make(building)
        building.chmod(0o755)
        building.rename(final)
    except OSError:
        if not final.exists():  # otherwise another run was faster
            raise
    finally:
        shutil.rmtree(building, ignore_errors=True)


def provide_python_environment():
    folder = CACHE / f"python-{requirements_digest()}"
    if not (folder / "complete").exists():
        print("bootstrap: making the Python environment", flush=True)
        shutil.rmtree(folder, ignore_errors=True)
        python_environment(folder)
    link = CACHE / "python"
    if not link.is_symlink() or os.readlink(link) != folder.name:
        temporary = CACHE / f".python.{os.getpid()}"
        temporary.symlink_to(folder.name)
        temporary.replace(link)


def main():
    CACHE.mkdir(parents=True, exist_ok=True)
    try:
        provide("duckdb-2.0.0-cp311", duckdb)
        provide("arrow-26.0.1", arrow)
        provide("arrow-s3-26.0.1", arrow_s3)
        provide("datasketches-4.1.0", datasketches)
        provide("xgboost-3.2.0", xgboost)
        provide_python_environment()
        provide("spark-connect-4.2.0", protocol)
        for version, archive in (OLDER_CLIENTS | (NIGHTLY_CLIENTS if "--nightly" in sys.argv else {})).items():
            provide(f"pyspark-client-{version}", older_client(archive))
    except (Unavailable, pypi_file.NotFound, OSError) as error:
        sys.exit(f"bootstrap: {error}")


if __name__ == "__main__":
    main()
