"""The platforms. A new platform is a new folder here and nothing else: each one is imported, and with
that registered, by being found."""

from importlib import import_module
from pkgutil import iter_modules

for _module in iter_modules(__path__):
    if _module.ispkg:
        import_module(f"{__name__}.{_module.name}")
