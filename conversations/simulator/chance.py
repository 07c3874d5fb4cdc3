"""Chance of our own: whoever seeds Python's generator in the same process is not disturbed."""

import random

chance = random.Random()
