"""How Jinja draws the pages: the same output as ever, made with fewer objects on the way.

A board has some ten thousand pieces and a record some thousand calls, most of them plain: what Jinja does around each
of them, to allow for more than our templates use, is left out here.
"""

from collections.abc import Callable, Mapping
from functools import _lru_cache_wrapper
from types import FunctionType, MappingProxyType
from typing import Any, cast

from django.utils import translation
from jinja2 import Environment, Template, nodes
from jinja2.compiler import CodeGenerator, Frame
from jinja2.runtime import Context, Macro
from jinja2.visitor import NodeTransformer
from markupsafe import Markup, _escape_inner, escape  # type: ignore[attr-defined]  # the quick part of `escape`

_PLAIN = (FunctionType, _lru_cache_wrapper)


def escaped(value: Any) -> str:
    """What a page writes of a value: as markupsafe escapes it, without making each piece a `Markup` of its own."""
    kind = type(value)
    if kind is str:
        return _escape_inner(value)
    if kind is Markup:
        return cast(Markup, value)
    return str(value) if kind is int else escape(value)


class HouseCode(CodeGenerator):
    """Writes templates that escape by `escaped`; on a page there are some ten thousand pieces."""

    def _output_child_pre(self, node: nodes.Expr, frame: Frame, finalize: Any) -> None:
        if frame.eval_ctx.volatile or not frame.eval_ctx.autoescape:
            super()._output_child_pre(node, frame, finalize)
            return
        self.write("environment.escaped(")
        if finalize.src is not None:
            self.write(finalize.src)


class HouseContext(Context):
    """Calls what takes no context at once; on a page there are some thousand calls."""

    def call(self, called: Any, /, *args: Any, **named: Any) -> Any:
        """What a template calls."""
        is_macro = isinstance(called, Macro)
        if not is_macro and (not isinstance(called, _PLAIN) or hasattr(called, "jinja_pass_arg")):
            return super().call(called, *args, **named)
        named.pop("_block_vars", None)
        named.pop("_loop_vars", None)
        return called(self.eval_ctx, *args, **named) if is_macro else called(*args, **named)


class HouseTemplate(Template):
    """No template has globals of its own, so what others import from it is made once."""

    def _get_default_module(self, ctx: Context | None = None) -> Any:
        return super()._get_default_module()


class Settling(NodeTransformer):
    """Writes into a template what a call gives each time: a sentence of its language, an icon, an address."""

    def __init__(self, certain: Mapping[str, Callable[..., str]], language: str) -> None:
        self._certain = certain
        self._language = language

    def visit_Call(self, node: nodes.Call) -> nodes.Expr:  # noqa: N802 - as Jinja calls it
        """The same call, or what it gives."""
        self.generic_visit(node)
        called = node.node
        certain = self._certain.get(called.name) if isinstance(called, nodes.Name) else None
        if certain is None or node.kwargs or node.dyn_args or node.dyn_kwargs:
            return node
        given = [argument.value for argument in node.args if isinstance(argument, nodes.Const)]
        if len(given) < len(node.args):
            return node
        with translation.override(self._language):
            text = certain(*given)
        const = nodes.Const(str(text), lineno=node.lineno)
        return nodes.MarkSafe(const, lineno=node.lineno) if isinstance(text, Markup) else const


class HouseEnvironment(Environment):
    """The environment of all pages, of which each language has one of its own.

    `certain` are the functions that give the same for the same words in one language, by their names in templates.
    """

    code_generator_class = HouseCode
    context_class = HouseContext
    template_class = HouseTemplate
    escaped = staticmethod(escaped)
    certain: Mapping[str, Callable[..., str]] = MappingProxyType({})
    language = ""

    def get_template(
        self,
        name: str | Template,
        parent: str | None = None,
        globals: Any = None,
    ) -> Template:
        """A template in the language that is active."""
        own = self if self.language else self._in(translation.get_language() or "en")
        return Environment.get_template(own, name, parent, globals)

    def _in(self, language: str) -> "HouseEnvironment":
        kept: dict[str, HouseEnvironment] = self.__dict__.setdefault("_languages", {})
        if language not in kept:
            made = self.overlay()
            made.language = language
            kept[language] = made  # whole, as another thread may ask for it now
        return kept[language]

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        tree = super()._parse(source, name, filename)
        if not self.language:
            return tree
        # where a template gives such a name a meaning of its own, that is what counts there
        own = {each.name for each in tree.find_all(nodes.Name) if each.ctx != "load"}
        own |= {each.name for each in tree.find_all(nodes.Macro)}
        certain = {each: gives for each, gives in self.certain.items() if each not in own}
        return cast(nodes.Template, Settling(certain, self.language).visit(tree))
