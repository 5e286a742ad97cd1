"""A language server: what paaslint knows, in an editor. `server` alone, with `convert`, knows of the protocol."""
