"""The command line: flags -> one core call -> one view. One file for each command.

How to add a command `frob`:

1. `cli/frob.py` has `command`, a click command whose function takes the `Console` first
   (`@click.pass_obj`), does no work of its own, and returns an `ExitCode`::

       @click.command("frob", short_help="Frob a secret")
       @source                         # -f, -n, kubectl's connection flags: cli/source.py
       @output(Output.TEXT, Output.JSON)
       @click.pass_obj
       def command(console: Console, source: Source, output: Output) -> ExitCode:
           '''Frob a secret.'''
           # cores and views are imported when they run, so that --help stays cheap
           from kubectl_pullsecret.frobbing import frob

           console.write(frob_view(frob(...), console.terminal))
           return ExitCode.FINE

2. One line in the table `COMMANDS` of `cli/main.py`: name, module, the same short help.

`-f` and the cluster are looked at by `cli/source.py`, TYPE/NAME is read by `cli/targets.py`.

What a command need not do: catch errors (`PullSecretError` becomes "error: …" and its exit code in
`cli/main.py`, anything else a request for a bug report), neutralise text (`views.layout`,
`Console.warn`), or think of closed pipes, Ctrl-C, encodings and colours (`cli/console.py`).
"""
