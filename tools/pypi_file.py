"""Downloads one file of a Python project as it is, through the package index that pip is set up for.

`pip download` of a source archive prepares the project's metadata first, which fails or takes minutes for some; this looks the
file up on the index, checks its digest and writes it.
"""
import hashlib
import html
import os
import pathlib
import re
import subprocess
import sys
import urllib.parse
import urllib.request


class NotFound(Exception):
    """One sentence that says which file could not be had and why."""


def index_url():
    configured = os.environ.get("PIP_INDEX_URL")
    if not configured:
        query = [sys.executable, "-m", "pip", "config", "get", "global.index-url"]
        configured = subprocess.run(query, capture_output=True, text=True).stdout.strip()
    if not configured:
        from pip._internal.models.index import PyPI  # pip's own default
        configured = PyPI.simple_url
    return configured.rstrip("/")


def find(project, filename):
    """The address of `filename` on the index."""
    request = urllib.request.Request(f"{index_url()}/{project}/", headers={"Accept": "text/html"})
    with urllib.request.urlopen(request, timeout=60) as answer:
        page, base = answer.read().decode(), answer.geturl()
    for link in re.findall(r'href="([^"]+)"', page):
        address = urllib.parse.urljoin(base, html.unescape(link)).partition("#")[0]
        if address.rsplit("/", 1)[-1] == filename:
            return address
    raise NotFound(f"{filename} could not be had: the package index does not list it")


def download(project, filename, folder, sha256):
    """Writes the file into `folder` and returns its path; raises NotFound when it is not to be had or its digest differs."""
    try:
        with urllib.request.urlopen(find(project, filename), timeout=180) as answer:
            data = answer.read()
    except OSError as error:
        raise NotFound(f"{filename} could not be had: {error}") from error
    digest = hashlib.sha256(data).hexdigest()
    if digest != sha256:
        raise NotFound(f"{filename} has sha256 {digest}, expected {sha256}")
    path = pathlib.Path(folder) / filename
    path.write_bytes(data)
    return path
