"""Looks after the views from the command line: ``python -m projections COMMAND``."""

import argparse
import os
import sys
from contextlib import closing
from pathlib import Path

from events.arguments import exit_status, seconds
from events.errors import EventsError
from events.kafka.commands import add_kafka_options, topic_of
from events.kafka.feed import fed_from_kafka
from events.kafka.topic import inspect_topic
from events.location import DataFolder, data_folder
from events.opening import open_existing_log, with_server
from events.recorder_log import RecorderEventLog
from events.sealing.finishing import PATIENCE_S
from projections import commands, park_commands
from projections.catalogue import PROJECTIONS, projection_named
from projections.errors import ProjectionsError, RebuildDiffers
from projections.export import FORMATS, export
from projections.opening import open_views
from projections.views import ViewStore
from projections.wiping import wipe, wipe_by_the_way
from projections.workers import run_share, run_workers, source_options


def main(arguments: list[str], folder: DataFolder) -> int:
    """Run one command; the exit status: 1 for views that differ and what is refused, 2 for what is not there."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if options.command == "rebuild" and bool(options.name) == options.all:
        parser.error("rebuild needs the name of a projection, or --all")
    if options.command == "run" and options.once and options.source == "kafka":
        parser.error("--once folds what the store has; leave out --from kafka")
    try:
        status = _done(options, folder)
        sys.stdout.flush()
        return status
    except BrokenPipeError:
        # The reader (`head`, say) has had enough; keep the interpreter from complaining when it flushes.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except (EventsError, ProjectionsError, OSError) as error:
        print(f"projections: {error}", file=sys.stderr)
        return exit_status(error)
    except KeyboardInterrupt:
        return 130


def _done(options: argparse.Namespace, folder: DataFolder) -> int:
    match options.command:
        case "list":
            return commands.listed()
        case "describe":
            return commands.describe(options.name)
        case "run" if options.workers > 1 and not options.once:
            if options.source == "kafka":
                inspect_topic(topic_of(options))  # each worker would be told the same, again and again
            return run_workers(folder, options.workers, source_options(options))
        case _:
            return _on_store(options, with_server(folder))


def _on_store(options: argparse.Namespace, folder: DataFolder) -> int:
    with open_existing_log(folder, finishing=False) as log:
        store = open_views(folder)
        try:
            _keep_up(options, log, store)
            match options.command:
                case "status":
                    return commands.status(log, store, as_json=options.json)
                case "run":
                    return _run(options, log, store, folder)
                case "show":
                    return commands.show(log, store, options.name, options.key)
                case "park":
                    return park_commands.park(log, store, options)
                case "export":
                    commands.caught_up(log, store)
                    return export(store, options.name, options.format, options.out)
                case "wipe":
                    return wipe(log, store, folder, wait_s=options.wait)
                case "diff":
                    return commands.diff(log, store, projection_named(options.name))
                case _:
                    return _rebuild(options, log, store)
        finally:
            store.close()


def _rebuild(options: argparse.Namespace, log: RecorderEventLog, store: ViewStore) -> int:
    """Rebuild one projection or all; of all, one that differs keeps none of the others back."""
    status = 0
    for projection in PROJECTIONS if options.all else (projection_named(options.name),):
        if options.drop_old:
            commands.drop_old(store, projection)
            continue
        try:
            commands.rebuild(log, store, projection, accept=options.accept)
        except RebuildDiffers as error:
            print(f"projections: {error}", file=sys.stderr)
            status = exit_status(error)
    return status


def _keep_up(options: argparse.Namespace, log: RecorderEventLog, store: ViewStore) -> None:
    """Finish what was cut short; a command that goes on to fold and wipe does the views' part of it by that."""
    if options.command == "wipe" or (options.command == "run" and not options.once):
        log.keep_up()
    else:
        log.keep_up(lambda folder: wipe_by_the_way(log, store, folder, wait_s=PATIENCE_S))


def _run(options: argparse.Namespace, log: RecorderEventLog, store: ViewStore, folder: DataFolder) -> int:
    if options.once:
        return commands.run_once(log, store)
    if options.source == "store":
        return run_share(log, store, options.share)
    with closing(fed_from_kafka(log, topic_of(options), folder)) as fed:
        return run_share(fed, store, options.share)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m projections", description=__doc__)
    add = parser.add_subparsers(dest="command", required=True).add_parser
    add("list", help="name the projections and the views that they fill")
    describe = add("describe", help="tell the columns of the views")
    describe.add_argument("name", metavar="NAME", nargs="?", default="", help="a view; without it all of them")
    status = add("status", help="tell how far each projection is, and whether the counts agree with the log")
    status.add_argument("--json", action="store_true", help="print JSON, one object a line")
    run = add("run", help="fold the log and go on with what is appended (a server does this itself)")
    run.add_argument("--once", action="store_true", help="stop when all views are up to date")
    run.add_argument("--workers", type=int, default=1, choices=range(1, 9), help="processes, each with some learners")
    run.add_argument("--share", default="0/1", help="be worker I of N: I/N, from 0/N")
    run.add_argument("--from", dest="source", choices=("store", "kafka"), default="store", help="what to follow")
    add_kafka_options(run, os.environ)
    rebuild = add("rebuild", help="fold one projection again from position 0, then change places")
    rebuild.add_argument("name", metavar="NAME", nargs="?", default="", help="a projection, or one of its views")
    rebuild.add_argument("--all", action="store_true", help="every projection, one after the other")
    rebuild.add_argument("--accept", action="store_true", help="change places even if the views differ")
    rebuild.add_argument("--drop-old", action="store_true", help="drop what the last rebuild replaced; rebuild nothing")
    diff = add("diff", help="fold one projection again, and name the keys that are not the same")
    diff.add_argument("name", metavar="NAME", help="a projection, or one of its views")
    wiping = add("wipe", help="fold what is new, then leave nothing in the store's files of what was deleted")
    wiping.add_argument("--wait", type=seconds, metavar="S", help="how long others are waited for (10; 20 who fold)")
    show = add("show", help="print what a fold keeps of one key, as JSON")
    show.add_argument("name", metavar="NAME", help="progress or sessions")
    show.add_argument("key", metavar="KEY", help="the learner (progress) or the stream (sessions)")
    exported = add("export", help="fold what is new, then write views to files")
    exported.add_argument(
        "name", metavar="NAME", nargs="?", default="", help="a view; without it all, in files of the folder OUT"
    )
    exported.add_argument("--format", choices=FORMATS, default="parquet")
    exported.add_argument("--out", type=Path, required=True, metavar="OUT")
    park_commands.add_parser(add("park", help="look after learners whose events cannot be folded"))
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], data_folder(os.environ)))
