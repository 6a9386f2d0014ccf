"""`reconciler sandbox`: the simulator over HTTP, filling it, and playing a person in it."""

from __future__ import annotations

from pathlib import Path

import click

from reconciler.cli.command import Documented, DocumentedGroup
from reconciler.cli.exit_codes import ExitCode
from reconciler.cli.session import Session

_PATH = click.Path(dir_okay=False, path_type=Path)
_FAILED = {
    ExitCode.DONE: "done",
    ExitCode.FAILED: "could not be done: a world or state that cannot be used, a port in use",
}


@click.group(
    "sandbox",
    cls=DocumentedGroup,
    short_help="A simulated Datadog and Jira to try everything in.",
    example="reconciler -C examples/quickstart sandbox serve\n"
    "reconciler -C examples/quickstart sandbox act ticket SHOP-3 status Done",
    exits=_FAILED,
)
@click.option("--world", type=_PATH, help="The world file. Default: the one that the configuration names.")
@click.option("--state", type=_PATH, help="The state file. Default: .reconciler/sandbox.json beside the configuration.")
@click.pass_obj
def sandbox(session: Session, world: Path | None, state: Path | None) -> None:
    """A simulated Datadog and Jira, to try everything in.

    A configuration that says `sandbox: {world: FILE}` needs none of these commands: plan and apply start the simulator by
    themselves. They serve it to other processes, start it over, and let you act in it as a person would.
    """
    session.world, session.state = world, state


@sandbox.command(
    "serve",
    cls=Documented,
    short_help="Serve both APIs on this machine until interrupted.",
    example="reconciler -C examples/quickstart sandbox serve --port 8126\n"
    "reconciler sandbox --world acme.yaml --state acme.json serve",
    exits={ExitCode.DONE: "never: it ends when it is interrupted", ExitCode.FAILED: _FAILED[ExitCode.FAILED]},
)
@click.option(
    "--port", type=click.IntRange(0, 65535), default=0, show_default="any free one", help="The port on 127.0.0.1."
)
@click.option("--log", "log_file", type=_PATH, help="Keep a log of requests and effects there, a line of JSON each.")
@click.pass_obj
def serve(session: Session, port: int, log_file: Path | None) -> ExitCode:
    """Serve both APIs on this machine until interrupted.

    Prints what another terminal needs: the variables, and a Connections document that points here.
    """
    import signal

    from reconciler.cli.serving import invitation, places
    from reconciler.sandbox.serve import start

    world, state = places(session)
    with start(world, state, port=port, log_file=log_file) as running:
        click.echo(invitation(running))
        while True:
            signal.pause()


@sandbox.command(
    "seed",
    cls=Documented,
    short_help="Start the world over from its file.",
    example="reconciler -C examples/quickstart sandbox seed",
    exits=_FAILED,
)
@click.pass_obj
def seed(session: Session) -> ExitCode:
    """Start the world over from its file.

    Everything that happened in it is forgotten; its times are counted from now.
    """
    from reconciler.cli.serving import places
    from reconciler.sandbox.serve import seed as sow

    click.echo(sow(*places(session)))
    return ExitCode.DONE


class _Deeds(Documented):
    """Its help lists everything that can be done."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the words above the options."""
        from reconciler.sandbox.deeds import DEEDS, WHO_AND_WHERE

        for title, rows in (("What can be done", DEEDS), ("Who, and where", WHO_AND_WHERE)):
            with formatter.section(title):
                formatter.write_dl(list(rows), col_max=34)
        super().format_options(ctx, formatter)


@sandbox.command(
    "act",
    cls=_Deeds,
    short_help="Do what a person would do in it.",
    context_settings={"ignore_unknown_options": True},
    example="reconciler -C examples/quickstart sandbox act ticket SHOP-3 status Done\n"
    "reconciler -C acme sandbox act issue new service=cart team=shopist\n"
    "reconciler -C examples/quickstart sandbox act clock +3d",
    exits=_FAILED,
)
@click.argument("words", nargs=-1, required=True)
@click.pass_obj
def act(session: Session, words: tuple[str, ...]) -> ExitCode:
    """Do what a person would do in it.

    WORDS say who or what, and what happens, such as `ticket SHOP-3 status Done`. Whether the sandbox is served or not, it
    happens there, and Datadog's own sync follows as it would. Words that make no sense are answered with those that do.
    """
    from reconciler.cli.serving import act_in

    click.echo(act_in(session, words))
    return ExitCode.DONE
