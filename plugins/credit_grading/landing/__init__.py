"""Landing: records as received, batch by batch, exactly once."""
