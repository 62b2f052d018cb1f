"""One machine: a local AWS, an HTTP server around the Lambda handler, and seeds. Never packaged."""
