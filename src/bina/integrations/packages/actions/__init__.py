"""Everything that may be done with packages: running them, taking in what they report, making courses of them."""

from bina.integrations.packages.actions.imports import PackageImport, import_package
from bina.integrations.packages.actions.runs import begin_run, restart, save_run

__all__ = ["PackageImport", "begin_run", "import_package", "restart", "save_run"]
