"""A company of any size, written by SQL from one seed, the same on both engines but for the day it is dated from."""
