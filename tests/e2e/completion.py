# SPDX-License-Identifier: Apache-2.0
"""What bash offers to complete, asked of a bash that has read `huishen help --completion bash`."""
import os
import subprocess

from office import Fault

ASK = """
source <("$1" help --completion bash) || exit 1
shift
COMP_WORDS=("$@")
COMP_CWORD=$(($# - 1))
_huishen
printf '%s\\n' "${COMPREPLY[@]}"
"""


def offered(program, *words, **environment):
    """Returns the set of what bash offers for the last of @words, which may be empty."""
    variables = {name: value for name, value in os.environ.items() if name != "HUISHEN_HOME"}
    variables.update(environment)
    result = subprocess.run(["bash", "--norc", "-c", ASK, "bash", program, program, *words],
                            text=True, capture_output=True, stdin=subprocess.DEVNULL, timeout=60,
                            env=variables)
    if result.returncode != 0 or result.stderr:
        raise Fault(f"completing {words}: ended with {result.returncode}: {result.stderr}")
    return set(result.stdout.split())
