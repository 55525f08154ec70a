"""Work apart from requests: executing runs, remaking feeds, ending what has run out."""
