"""Tests of the disk: hostile files, member lists, writing."""
