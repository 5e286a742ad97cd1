"""paaslint: a linter for the configuration of Web PaaS, Platform.sh and Upsun projects."""

__version__ = "0.1.0"
