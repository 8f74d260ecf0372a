"""Commands that plan, and workers that run what is planned."""
