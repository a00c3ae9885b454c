"""Print the licence of each npm package that `npm query` tells of on stdin; fail at one that is not allowed."""

import json
import sys


def main(allowed: list[str]) -> None:
    """`allowed` are parts of licences' names."""
    packages = [package for package in json.load(sys.stdin) if package["location"]]
    licences = {package["name"]: str(package.get("license")) for package in packages}
    for name, licence in sorted(licences.items()):
        sys.stdout.write(f"{name:40} {licence}\n")
    wrong = [name for name, licence in licences.items() if not any(part in licence for part in allowed)]
    if wrong:
        sys.exit(f"Licences to look at: {', '.join(sorted(wrong))}.")


if __name__ == "__main__":
    main(sys.argv[1].split(";"))
