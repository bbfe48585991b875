"""The inner half of a measurement: a process that has what is measured, calls one function and writes its answer."""

import importlib
import json
import os
import sys
from pathlib import Path


def main(function: str, arguments: str, answer: str) -> None:
    """Call ``module:function`` with JSON arguments, write its JSON result to the file ``answer``.

    Django is set up first when the environment names its settings.
    """
    if os.environ.get("DJANGO_SETTINGS_MODULE"):
        import django

        django.setup()
    module, _, name = function.partition(":")
    result = getattr(importlib.import_module(module), name)(**json.loads(arguments))
    Path(answer).write_text(json.dumps(result, default=str), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
