"""The local server: an emulated AWS, an HTTP server for the Lambda handler, and demonstration data. Not packaged."""
