"""Contacts and toe-offs: from the file, from force, from foot markers, or from the angles alone."""

from kinematics.events.choice import foot_events
from kinematics.events.force import force_contacts
from kinematics.events.found import Events, Expected

__all__ = ["Events", "Expected", "foot_events", "force_contacts"]
