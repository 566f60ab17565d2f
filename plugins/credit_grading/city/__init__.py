"""A small invented city: department feeds that are the same for the same seed, with a stated share of dirt."""

from credit_grading.city.dirt import DirtShares
from credit_grading.city.generate import generate_city, next_day
from credit_grading.city.manifest import CityManifest, FeedManifest
from credit_grading.city.story import STORY_CODE

__all__ = ["STORY_CODE", "CityManifest", "DirtShares", "FeedManifest", "generate_city", "next_day"]
