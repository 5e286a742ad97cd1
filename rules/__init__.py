"""The rules, one module per subject.

`SUBJECTS` names the modules and what their rules visit, so that only those are imported which a project has
something for. A test keeps it equal to the annotations of the rules.
"""

from __future__ import annotations

SUBJECTS: dict[str, tuple[str, ...]] = {
    "yaml_text": (
        "Application",
        "Cron",
        "MappingNode",
        "PlainScalar",
        "Project",
        "Route",
        "Service",
        "Web",
        "Worker",
        "YamlProblem",
    ),
    "files": ("Project", "Application"),
    "shape": ("SchemaProblem",),
    "names": ("Application", "Project", "Relationship", "Service", "Web", "Worker"),
    "images": ("Application", "Service"),
    "relationships": ("Application", "Project", "Relationship"),
    "workers": ("Worker",),
    "worker_commands": ("Worker",),
    "capacity": ("Application", "Project", "Service", "Web", "Worker"),
    "hooks": ("Application", "Cron", "Hook"),
    "hook_files": ("Command", "Hook"),
    "scripts": ("Command",),
    "script_surroundings": ("Command",),
    "services": ("Relationship", "Service"),
    "service_use": ("Service", "Worker"),
    "mounts": ("Application", "Mount", "Web", "Worker"),
    "mount_builds": ("Mount",),
    "crons": ("Application", "Cron", "Project"),
    "cron_commands": ("Application", "Cron"),
    "routes": ("Project", "Route"),
    "route_urls": ("Project", "Route"),
    "redirects": ("Project", "Route"),
    "route_settings": ("Route",),
    "variables": ("Application", "Project", "Web", "Worker"),
    "runtime": ("Application",),
    "dependencies": ("Application",),
    "operations": ("Application", "Cron", "Operation", "Web", "Worker"),
    "web_commands": ("Web",),
    "web": ("Location", "Project", "Web"),
    "headers": ("Location",),
    "suppressions": ("Suppression",),
}

ABOUT_COMMANDS: dict[str, tuple[str, ...]] = {
    "cron_commands": ("Cron",),
    "hook_files": ("Command",),
    "hooks": ("Command", "hooks"),
    "mount_builds": ("Command",),
    "web_commands": ("start", "pre_start"),
    "worker_commands": ("start",),
}
"""The modules that bring the shell, and what must be there, one of it at least, for them to have anything to say: a kind
of thing, a command of a role, or `hooks` in an application."""
