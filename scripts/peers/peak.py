"""usage: peak.py FILE COMMAND...   runs COMMAND and appends the most memory it had resident to FILE, in MB"""

import resource
import subprocess
import sys

done = subprocess.run(sys.argv[2:])
with open(sys.argv[1], "a") as f:
    print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024 / 1e6, file=f)
sys.exit(done.returncode)
