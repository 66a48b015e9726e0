"""What `pyproject.toml` cannot say: a built package has the schemas as files, for tools that know nothing of Python."""

import sys
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py


class BuildWithSchemas(build_py):
    def run(self) -> None:
        super().run()
        if getattr(self, "editable_mode", False):
            return
        sys.path.insert(0, str(Path(__file__).parent / "src"))
        from purevirt.cli.schema_files import write_schemas

        write_schemas(Path(self.build_lib) / "purevirt" / "data" / "schemas")


setup(cmdclass={"build_py": BuildWithSchemas})
