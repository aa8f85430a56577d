"""Reading and writing `.test` files (the format is described in test/README.md)."""
import dataclasses
import re


@dataclasses.dataclass
class Block:
    """One block: a session line, a setup, or a case with its recorded answer."""

    kind: str                                   # session, setup, query or python
    name: str = ""
    options: list = dataclasses.field(default_factory=list)
    body: str = ""
    answer: list | None = None                  # lines after ----, None if not recorded yet
    comments: list = dataclasses.field(default_factory=list)
    settings: dict = dataclasses.field(default_factory=dict)

    @property
    def is_case(self):
        return self.kind in ("query", "python")

    @property
    def tolerance(self):
        for option in self.options:
            if option.startswith("tolerance="):
                return float(option.split("=", 1)[1])
        return None


def parse_settings(text):
    """'a=b c=d' to a dictionary; a value with blanks is not needed by any test."""
    return dict(item.split("=", 1) for item in text.split())


def read(path):
    """The blocks of one file; raises ValueError that names the line on a malformed one."""
    with open(path, encoding="utf-8") as f:
        return parse(f.read(), path)


def parse(text, path="<text>"):
    blocks, names, comments = [], set(), []
    for number, chunk in _chunks(text):
        while chunk and chunk[0].startswith("#"):
            comments.append(chunk.pop(0))
        if not chunk:
            comments.append("")
            continue
        head, *rest = chunk
        kind, _, argument = head.partition(" ")
        if kind == "session":
            if rest:
                raise ValueError(f"{path}:{number}: a session line stands alone")
            block = Block(kind, settings=parse_settings(argument))
        elif kind == "setup":
            block = Block(kind, body="\n".join(rest))
        elif kind in ("query", "python"):
            name, *options = argument.split()
            if name in names:
                raise ValueError(f"{path}:{number}: two cases are named {name}")
            names.add(name)
            answer = None
            if "----" in rest:
                cut = rest.index("----")
                rest, answer = rest[:cut], rest[cut + 1:]
            block = Block(kind, name, options, "\n".join(rest), answer)
        else:
            raise ValueError(f"{path}:{number}: unknown block {kind!r}")
        block.comments, comments = comments, []
        blocks.append(block)
    return blocks


def _chunks(text):
    """(line number, lines) of each run of lines between blank lines."""
    lines, start = [], 1
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            if not lines:
                start = number
            lines.append(line)
        elif lines:
            yield start, lines
            lines = []
    if lines:
        yield start, lines


def render(blocks):
    """The text of a file; read(render(x)) gives x back."""
    out = []
    for block in blocks:
        lines = list(block.comments)
        if block.kind == "session":
            lines.append("session " + " ".join(f"{k}={v}" for k, v in block.settings.items()))
        elif block.kind == "setup":
            lines += ["setup", block.body]
        else:
            lines.append(" ".join([block.kind, block.name, *block.options]))
            lines.append(block.body)
            if block.answer is not None:
                lines += ["----", *block.answer]
        out.append("\n".join(lines).rstrip())
    return "\n\n".join(out) + "\n"


def case_name(text):
    """A name made of the letters, digits and underscores of a text."""
    return re.sub(r"\W+", "_", text).strip("_")[:80] or "case"
