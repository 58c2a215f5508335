"""How the documentation's build reads the package: calls that both clients share are methods, and references of
docstrings are links."""

from __future__ import annotations

import re
from typing import Any

import griffe

ROLE = re.compile(r":(?:class|func|meth|mod|data|attr):`~?([\w.]+)`")
MAKERS = {"blocking": False, "awaiting": True}
"""What makes a method of a call, and whether it is to be awaited."""


class Package(griffe.Extension):
    """What mkdocstrings cannot see in the sources by itself."""

    def on_package(self, *, pkg: griffe.Module, **_: Any) -> None:
        """Mends the package once it has been read."""
        for name in ("Client", "AsyncClient"):
            _methods(pkg["client"][name], pkg["_calls"])
            # What a client is made with.
            pkg["client"][name].set_member("__init__", pkg["client._Client.__init__"])
        _link(pkg)


def _methods(client: griffe.Class, calls: griffe.Module) -> None:
    """``device = blocking(_calls.device)`` is a method with the call's arguments and docstring."""
    for name, member in list(client.members.items()):
        value = member.value if isinstance(member, griffe.Attribute) else None
        if not isinstance(value, griffe.ExprCall) or str(value.function) not in MAKERS:
            continue
        call = calls[name]
        parameters = griffe.Parameters(griffe.Parameter("self"), *list(call.parameters)[1:])
        # A call's answer is what stands in Call[…].
        method = griffe.Function(name, lineno=member.lineno, endlineno=member.endlineno, parameters=parameters)
        method.returns = call.returns.slice
        method.docstring = call.docstring
        if MAKERS[str(value.function)]:
            method.labels.add("async")
        client.set_member(name, method)


def _link(item: griffe.Object) -> None:
    """``:meth:`resume``` as a link, where the name can be found."""
    for member in item.members.values():
        if not member.is_alias:
            _link(member)
    if item.docstring is not None:
        item.docstring.value = ROLE.sub(lambda found: _reference(item, found[1]), item.docstring.value)


def _reference(item: griffe.Object, name: str) -> str:
    for scope in (item, item.parent):
        try:
            return f"[`{name}`][{_function(item, scope.resolve(name))}]"
        except (griffe.NameResolutionError, AttributeError):
            continue
    return f"[`{name}`][{_function(item, name)}]" if name.startswith("tellus.") else f"`{name}`"


def _function(item: griffe.Object, path: str) -> str:
    """A path that names a module and meant the function of the same name in it."""
    last = path.rpartition(".")[2]
    try:
        found = item.package[path.split(".")[1:]]
    except (KeyError, ValueError):
        return path
    return f"{path}.{last}" if found.is_module and last in found.members else path
