"""Tests of `canopy.mesh`: protocol machines, without a socket or a clock."""
