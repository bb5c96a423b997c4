# SPDX-License-Identifier: Apache-2.0
"""Faults that change nothing anybody can see, by their id, and why."""

REASONS = {
}
