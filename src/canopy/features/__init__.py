"""Rooms of one shape: events, tables, actions, routes, feature. Nobody looks sideways or up."""
