"""The command: asks the running server, or looks by itself where none runs or it does not answer."""

from __future__ import annotations

import asyncio

from cromulent.cli.admin_socket import Examine, Examined, ask, is_served
from cromulent.cli.doctor.examination import examine_stopped
from cromulent.cli.doctor.findings import Finding, failed, line_of, ok
from cromulent.cli.logs import configure_logs
from cromulent.cli.refusal import Refusal
from cromulent.config import Config

EXAMINATION_SECONDS = 40.0


def examine_instance(config: Config) -> bool:
    """Print a line for each check; whether none failed."""
    configure_logs("critical")
    findings = asyncio.run(findings_of(config))
    print("\n".join(line_of(finding) for finding in findings))
    return not any(finding.outcome == "failed" for finding in findings)


async def findings_of(config: Config, patience_seconds: float = EXAMINATION_SECONDS) -> list[Finding]:
    """The server's findings where one runs and answers, else our own under a line that says why."""
    if not is_served(config.data_folder):
        return [ok("server", "None runs: this is what one would find."), *await examine_stopped(config)]
    try:
        answer = await ask(config.data_folder, Examine(), patience_seconds)
    except Refusal:
        hung = failed("server", "One runs, and does not answer.", "Restart it; what it said last is in its log.")
        return [hung, *await examine_stopped(config)]
    if isinstance(answer, Examined):
        return [ok("server", f"One runs, at {answer.url}; this is what it finds."), *answer.findings]
    other = failed("server", "The one that runs is of another version than this command.", "Restart it.")
    return [other, *await examine_stopped(config)]
