"""What a shell may offer for the next word: kubectl's plugin protocol, and live names.

Words alone need neither click nor kubernetes nor a regular expression: they are in `table`, made
from the commands. `live` and `kubeconfigs` are imported where a name is asked for.
"""

from __future__ import annotations

PROGRAM = "kubectl-pullsecret"
COMPLETER = "kubectl_complete-pullsecret"  # kubectl finds a plugin's completion by this name
