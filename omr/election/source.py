"""A definition as written: plain data, and the place of every field in its file.

Goes in: a YAML file. Comes out: a :class:`Source` of nested lists, dicts and texts with a
line for each field path. Every scalar stays text: ``No`` is a word and ``1/2`` a fraction
until the schema says otherwise, so nothing that a person typed is changed in passing.
Nothing is ever constructed from a YAML tag, which makes reading a stranger's file safe.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import yaml
from yaml.composer import ComposerError
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from omr.election import wording
from omr.election.fault import DefinitionError, Fault, Message

MAX_BYTES = 1_000_000
"""A definition of 30 groups with 100 officials each stays below; larger is another file."""

MAX_DEPTH = 12
"""The deepest field, a threshold's wording, stands at depth 5; this leaves room and no more."""

_STAND_IN = 0xE000
"""Raw control characters move here (private use) so that YAML reads on and names their field."""

_PLAIN_TAGS = {f"tag:yaml.org,2002:{kind}" for kind in ("str", "seq", "map")}


@dataclass(slots=True)
class Source:
    """What stands in a file, and where.

    Attributes:
        path: The file that was read.
        data: Nested dicts, lists and NFC texts; {} if the file could not be read.
        lines: Field path -> line (for a workbook: row) from 1.
        cells: Field path -> sheet and cell, for a workbook.
        faults: Faults met while reading.
    """

    path: Path
    data: dict[str, Any] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)
    cells: dict[str, str] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    def line(self, path: str) -> int | None:
        """Return the line of a field, or of the nearest field around it that is there."""
        while path:
            if path in self.lines:
                return self.lines[path]
            path = parent(path)
        return self.lines.get("")

    def fault(self, path: str, message: Message) -> Fault:
        """Make a fault at a field of this file."""
        shown = path
        while self.cells and shown and shown not in self.cells:
            shown = parent(shown)
        name = self.cells.get(shown, path)
        return Fault(self.path.name, self.line(path), name, message.text, message.remedy)


def parent(path: str) -> str:
    """Return the path of the field around: ``groups[0].name`` -> ``groups[0]`` -> ``groups``."""
    return path[: max(path.rfind("."), path.rfind("["), 0)]


def join(path: str, key: str | int) -> str:
    """Return the path of a key or an index inside ``path``."""
    if isinstance(key, int):
        return f"{path}[{key}]"
    return f"{path}.{key}" if path else key


def read_yaml(path: Path) -> Source:
    """Read a YAML file with the line of every field.

    Faults of form (unreadable, wrong encoding, not YAML, a key given twice) are collected in
    ``Source.faults``; nothing is raised for them.
    """
    source = Source(path)
    try:
        text = _read_text(path)
        node = yaml.compose(text, Loader=_Loader)
    except DefinitionError as error:
        source.faults.extend(error.faults)
    except yaml.YAMLError as error:
        source.faults.append(_syntax_fault(path, error))
    else:
        _take(source, node)
    return source


def _read_text(path: Path) -> str:
    """Return the file's text, or raise the fault that it cannot be read at all."""

    def refuse(message: Message, line: int | None = None) -> DefinitionError:
        return DefinitionError([Fault(path.name, line, "", message.text, message.remedy)])

    try:
        if path.is_dir():
            raise refuse(wording.is_folder())
        if path.stat().st_size > MAX_BYTES:
            raise refuse(wording.too_large(MAX_BYTES))
        raw = path.read_bytes()
    except FileNotFoundError:
        raise refuse(wording.no_file()) from None
    except OSError as error:
        raise refuse(wording.unreadable(error.strerror or str(error))) from None
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise refuse(wording.not_utf8(), raw[: error.start].count(b"\n") + 1) from None
    if not text.strip():
        raise refuse(wording.empty_file())
    return "".join(map(_yaml_safe, text))


def _yaml_safe(char: str) -> str:
    """Move a control character out of YAML's way; :func:`unprintable` names it later."""
    if unicodedata.category(char) == "Cc" and char not in "\t\n\r\x85":
        return chr(_STAND_IN + ord(char))
    return char


def unprintable(text: str) -> str | None:
    """Return the code point, such as ``U+200B``, of the first character that cannot be printed."""
    for char in text:
        if unicodedata.category(char) in {"Cc", "Cf", "Co", "Cs", "Cn"} and char not in "\t\n\r":
            code = ord(char)
            if _STAND_IN <= code < _STAND_IN + 0xA0:
                code -= _STAND_IN
            return f"U+{code:04X}"
    return None


class _Loader(yaml.BaseLoader):
    """Composes nodes without resolving types; refuses aliases and bottomless nesting."""

    depth = 0

    def compose_node(self, parent: Node | None, index: Any) -> Node | None:
        """Compose one node within the limits that keep a hostile file small."""
        if self.check_event(yaml.AliasEvent):
            raise ComposerError(None, None, "alias refused", self._here())
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise ComposerError(None, None, "nested too deeply", self._here())
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node

    def _here(self) -> Any:
        # The stubs leave the parser's own methods without types.
        return cast(Any, self).peek_event().start_mark


def _syntax_fault(path: Path, error: yaml.YAMLError) -> Fault:
    """Turn the parser's complaint into words that tell a person what to change."""
    mark = getattr(error, "problem_mark", None)
    problem = f"{getattr(error, 'context', None) or ''} {getattr(error, 'problem', None) or ''}"
    message = wording.not_yaml(problem)
    line = None if mark is None else mark.line + 1
    return Fault(path.name, line, "", message.text, message.remedy)


def _take(source: Source, node: Node | None) -> None:
    """Fill ``source`` from the root node."""
    if node is None:
        message = wording.empty_file()
        source.faults.append(Fault(source.path.name, None, "", message.text, message.remedy))
    elif not isinstance(node, MappingNode):
        source.lines[""] = node.start_mark.line + 1
        source.faults.append(source.fault("", wording.not_definition()))
    else:
        source.lines[""] = node.start_mark.line + 1
        source.data = _mapping(source, node, "")


def _value(source: Source, node: Node, path: str) -> Any:
    if node.tag not in _PLAIN_TAGS:
        source.faults.append(source.fault(path, wording.tag_refused(str(node.tag))))
    if isinstance(node, MappingNode):
        return _mapping(source, node, path)
    if isinstance(node, SequenceNode):
        values = []
        for index, item in enumerate(node.value):
            inner = join(path, index)
            source.lines[inner] = item.start_mark.line + 1
            values.append(_value(source, item, inner))
        return values
    return unicodedata.normalize("NFC", str(node.value))


def _mapping(source: Source, node: MappingNode, path: str) -> dict[str, Any]:
    """Return a mapping's data; a key with nothing after it counts as not given."""
    values: dict[str, Any] = {}
    seen: dict[str, int] = {}
    for key_node, value_node in node.value:
        line = key_node.start_mark.line + 1
        if not isinstance(key_node, ScalarNode):
            source.faults.append(source.fault(path, wording.bad_key()))
            continue
        key = unicodedata.normalize("NFC", str(key_node.value))
        inner = join(path, key)
        if key in seen:
            message = wording.duplicate_key(key, seen[key])
            source.faults.append(Fault(source.path.name, line, inner, message.text, message.remedy))
            continue
        seen[key] = source.lines[inner] = line
        if not _is_nothing(value_node):
            values[key] = _value(source, value_node, inner)
    return values


def _is_nothing(node: Node) -> bool:
    return isinstance(node, ScalarNode) and node.value == "" and node.style is None
