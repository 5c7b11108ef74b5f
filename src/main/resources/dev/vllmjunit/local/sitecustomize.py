"""NIXL's Python agent hard-codes pthrDelay = 0, so that each idle NixlConnector worker spins one CPU core. This gives the progress
thread a real poll timeout: NIXL_PTHR_DELAY_US microseconds, 20 ms by default. It still wakes at once for events on sockets.
"""
import importlib.abc
import importlib.machinery
import os
import sys


class _Hook(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name not in ("nixl_cu12._api", "nixl_cu13._api"):
            return None
        spec = importlib.machinery.PathFinder.find_spec(name, path, target)
        if spec is None or spec.loader is None:
            return spec
        original = spec.loader.exec_module

        def patched(module):
            original(module)
            bindings, delay = module.nixlBind, int(os.environ.get("NIXL_PTHR_DELAY_US", "20000"))

            class nixlAgentConfig(bindings.nixlAgentConfig):
                def __setattr__(self, key, value):
                    super().__setattr__(key, max(value, delay) if key == "pthrDelay" else value)

            class Bindings:
                def __getattr__(self, key):
                    return nixlAgentConfig if key == "nixlAgentConfig" else getattr(bindings, key)

            module.nixlBind = Bindings()

        spec.loader.exec_module = patched
        return spec


sys.meta_path.insert(0, _Hook())
