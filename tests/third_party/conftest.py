"""The package beside this file is not collected here: its own tests run where it is installed."""

collect_ignore = ["monitor-colour-mood"]
