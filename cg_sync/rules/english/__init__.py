"""Rules and their changes in plain English, for reviewers who do not read the rule language."""
