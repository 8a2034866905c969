"""runs a program of scripts/ in a Python environment of its own"""

import os
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def enter(name, packages):
    """Runs this program again in the folder name of the checkout, unless it runs there, and does not return then.

    Makes the environment if it lacks or has other packages. Raises CalledProcessError if it cannot be made.
    """
    folder = os.path.join(ROOT, name)
    python = os.path.join(folder, "Scripts" if os.name == "nt" else "bin", "python")
    if os.path.abspath(sys.prefix) == folder:
        return
    wanted, noted = "\n".join(packages), os.path.join(folder, "packages.txt")
    if not os.path.exists(noted) or open(noted).read() != wanted:
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *packages], check=True)
        with open(noted, "w") as f:  # at the end, so that a half of it is completed
            f.write(wanted)
    sys.exit(subprocess.run([python, os.path.abspath(sys.argv[0]), *sys.argv[1:]]).returncode)
