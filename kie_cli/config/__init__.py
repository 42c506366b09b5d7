"""Settings: flag > environment > config file > default, each with its source; the API key."""
