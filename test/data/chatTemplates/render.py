"""Writes expected.json: what Jinja2 makes of the templates here, set up as the Transformers library sets it up.

Run after a change of templates, conversations or constructs:  pip install jinja2==3.1.6 && python3 render.py
"""

import datetime
import json
import pathlib

from jinja2 import nodes
from jinja2.exceptions import TemplateError
from jinja2.ext import Extension, loopcontrols
from jinja2.sandbox import ImmutableSandboxedEnvironment

here = pathlib.Path(__file__).parent
now = datetime.datetime(2026, 1, 2, 13, 4, 5)


class Generation(Extension):
    """{% generation %} marks an answer for training; it writes nothing."""

    tags = {"generation"}

    def parse(self, parser):
        line = next(parser.stream).lineno
        body = parser.parse_statements(("name:endgeneration",), drop_needle=True)
        return nodes.Scope(body, lineno=line)


def raise_exception(message):
    raise TemplateError(message)


def tojson(value, ensure_ascii=False, indent=None, separators=None, sort_keys=False):
    return json.dumps(value, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys)


environment = ImmutableSandboxedEnvironment(
    trim_blocks=True, lstrip_blocks=True, extensions=[Generation, loopcontrols]
)
environment.filters["tojson"] = tojson
environment.globals["raise_exception"] = raise_exception
environment.globals["strftime_now"] = now.strftime


def rendered(source, conversation):
    """The text, or null where the template refuses the messages."""
    messages = [{"role": role, "content": content} for role, content in conversation]
    try:
        return environment.from_string(source).render(
            messages=messages, add_generation_prompt=True, bos_token="<s>", eos_token="</s>"
        )
    except Exception:
        return None


def main():
    conversations = json.loads((here / "conversations.json").read_text())
    constructs = json.loads((here / "constructs.json").read_text())
    expected = {
        "templates": {
            path.stem: {name: rendered(path.read_text(), talk) for name, talk in conversations.items()}
            for path in sorted((here / "templates").glob("*.jinja"))
        },
        "constructs": {source: rendered(source, conversations["system and five turns"]) for source in constructs},
    }
    (here / "expected.json").write_text(json.dumps(expected, ensure_ascii=False, indent=1) + "\n")


main()
