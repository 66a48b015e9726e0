"""A RELAX NG validator without dependencies, for the schemas that we emit: `load(text)` then `.first_problem(root)`.

It reads the whole of a grammar in simple form: no `<include>`, no nested `<grammar>`, no `<externalRef>`. Matching is by
derivatives (J. Clark, "An algorithm for RELAX NG validation"), with patterns interned so that every step is looked up when it
was made before.
"""

from purevirt.model._relaxng.match import Problem, Schema
from purevirt.model._relaxng.read import load

__all__ = ["Problem", "Schema", "load"]
