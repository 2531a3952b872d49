"""How Jinja draws the pages: the same output as ever, made with fewer objects on the way.

A board has some ten thousand pieces and a record some thousand calls, most of them plain: what Jinja does around each
of them, to allow for more than our templates use, is left out here.
"""

from functools import _lru_cache_wrapper
from types import FunctionType
from typing import Any, cast

from jinja2 import Environment, Template, nodes
from jinja2.compiler import CodeGenerator, Frame
from jinja2.runtime import Context, Macro
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


class HouseEnvironment(Environment):
    """The environment of all pages."""

    code_generator_class = HouseCode
    context_class = HouseContext
    template_class = HouseTemplate
    escaped = staticmethod(escaped)
