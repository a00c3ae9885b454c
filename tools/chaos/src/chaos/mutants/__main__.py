"""`python -m chaos.mutants MUTANT MODULE`: run a service's module as it would run, but for one defect."""

import runpy
import sys

from chaos.mutants.catalogue import mutant_called


def main(name: str, module: str) -> None:
    """Put the defect in, if it is one of this module's service, then run the module."""
    mutant = mutant_called(name)
    if mutant.concerns(module):
        mutant.put_in(setattr)
        print(f"running with the defect {name}", file=sys.stderr)  # noqa: T201  # into the process's own log
    sys.argv = [module]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
