"""Alerts: rules of the settings, watched while a run goes on."""
