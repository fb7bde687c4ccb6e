"""The thinking: pure, takes data and returns data; no disk, no network, no clock."""
