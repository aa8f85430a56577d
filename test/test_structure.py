"""The house's own rules: which room may include which, who may see third-party headers, how long files and functions are."""
import fnmatch
import pathlib
import re

import pytest

ROOT = pathlib.Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src"
EXCEPTIONS = ROOT / "test" / "structure_exceptions.txt"
LONGEST_FILE, LONGEST_FUNCTION = 600, 70

# Headers that only some rooms may see; everything else of the system is free.
WALLED_HEADERS = [
    (re.compile(r"^(google/protobuf/|grpc|spark/connect/)"), {"connect", "engine/spark"}),
    (re.compile(r"^duckdb"), {"engine/duckdb"}),
    (re.compile(r"^(cuda|cudf|rmm|nvrtc)"), {"engine/gpu"}),
]
VAGUE_NAMES = re.compile(r"(^|_)(utils?|helpers?|common|manager)(_|$)")


def rooms():
    """Room -> rooms that it may include, out of the table in src/CMakeLists.txt."""
    table = {}
    for call in re.findall(r"^firesteel_room\(([^)]*)\)", (SOURCE / "CMakeLists.txt").read_text(), re.M):
        words, allowed, keyword = call.split(), set(), None
        for word in words[1:]:
            if word in ("MAY_INCLUDE", "LIBRARIES", "PROTOCOL", "TOGETHER", "APART"):
                keyword = word
            elif keyword == "MAY_INCLUDE":
                allowed.add(word)
        table[words[0]] = allowed | {words[0], "base"}
    return table


ROOMS = rooms()


def room_of(path):
    """The innermost room of a path relative to src/, or None."""
    matches = [room for room in ROOMS if path.startswith(room + "/")]
    return max(matches, key=len, default=None)


def source_files():
    return sorted(p for p in SOURCE.rglob("*") if p.suffix in (".h", ".cc"))


def includes(path):
    for number, line in enumerate(path.read_text().splitlines(), 1):
        found = re.match(r'\s*#\s*include\s*([<"])([^>"]+)[>"]', line)
        if found:
            yield number, found[1], found[2]


def exceptions(kind):
    """{pattern of names: limit} of the exceptions; each line is `kind pattern limit reason`."""
    lines = [line.split(maxsplit=3) for line in EXCEPTIONS.read_text().splitlines() if line and not line.startswith("#")]
    for line in lines:
        assert len(line) == 4, f"{EXCEPTIONS.name}: {' '.join(line)!r} gives no reason"
    return {name: int(limit) for k, name, limit, _ in lines if k == kind}


def functions(path):
    """(name, lines) of every function that begins in the first column."""
    start = None
    lines = path.read_text().splitlines()
    for number, line in enumerate(lines):
        if start is None:
            if line.endswith("] = {"):  # a table of data
                continue
            if re.match(r"[A-Za-z_\[~]", line) and not re.match(r"(namespace|struct|class|enum|union|using|extern \"C\" \{)\b", line):
                start = number
        elif line.startswith("}"):
            name = re.search(r"([\w:~]+|operator\S+)\(", "".join(lines[start:start + 3]))
            yield (name[1] if name else lines[start]), number - start + 1
            start = None
        elif line == "" and not any("{" in l for l in lines[start:number]):
            start = None
        if start is not None and line.endswith(";") and not line.startswith((" ", "}")) and "{" not in line:
            start = None


def test_every_folder_is_a_room():
    stray = {p.relative_to(SOURCE).as_posix() for p in source_files() if room_of(p.relative_to(SOURCE).as_posix()) is None}
    assert not stray


def test_rooms_include_only_what_the_table_allows():
    wrong = []
    for path in source_files():
        name = path.relative_to(SOURCE).as_posix()
        room = room_of(name)
        for number, quote, header in includes(path):
            other = room_of(header) if quote == '"' else None
            if other is not None and other not in ROOMS[room]:
                wrong.append(f"{name}:{number}: {room} may not include {header}")
    assert not wrong, "\n".join(wrong)


def test_quoted_includes_name_files_of_this_project():
    wrong = [f"{path.relative_to(SOURCE)}:{number}: {header}" for path in source_files()
             for number, quote, header in includes(path)
             if quote == '"' and not header.endswith(".pb.h") and not (SOURCE / header).exists()]
    assert not wrong, "\n".join(wrong)


def test_third_party_headers_stay_behind_their_walls():
    wrong = []
    for path in source_files():
        name = path.relative_to(SOURCE).as_posix()
        for number, quote, header in includes(path):
            for pattern, allowed in WALLED_HEADERS:
                if pattern.match(header) and room_of(name) not in allowed:
                    wrong.append(f"{name}:{number}: {header} belongs in {', '.join(sorted(allowed))}")
    assert not wrong, "\n".join(wrong)


def test_every_room_has_a_readme():
    filled = {room_of(p.relative_to(SOURCE).as_posix()) for p in source_files()}
    assert not [room for room in sorted(filled) if not (SOURCE / room / "README.md").exists()]


def test_names_say_what_a_file_holds():
    vague = [p.relative_to(SOURCE).as_posix() for p in source_files() if VAGUE_NAMES.search(p.stem)]
    assert not vague


@pytest.mark.parametrize("kind, limit", [("file", LONGEST_FILE), ("function", LONGEST_FUNCTION)])
def test_length_ratchet(kind, limit):
    """Long files and functions are named with a reason; the list's limits may only sink."""
    measured = {}
    for path in source_files():
        name = path.relative_to(ROOT).as_posix()
        if kind == "file":
            measured[name] = len(path.read_text().splitlines())
        elif path.suffix == ".cc":
            for function, lines in functions(path):
                measured[f"{name}:{function}"] = max(lines, measured.get(f"{name}:{function}", 0))
    allowed = exceptions(kind)

    def limit_of(name):
        return max((most for pattern, most in allowed.items() if fnmatch.fnmatchcase(name, pattern)), default=limit)

    too_long = [f"{name}: {lines} lines" for name, lines in sorted(measured.items()) if lines > limit_of(name)]
    long = [name for name, lines in measured.items() if lines > limit]
    outdated = [pattern for pattern in allowed if not fnmatch.filter(long, pattern)]
    assert not too_long, f"{kind}s over {limit} lines:\n" + "\n".join(too_long)
    assert not outdated, "no longer long, so not to be listed:\n" + "\n".join(outdated)
