"""The child process that executes requests: reads lines from stdin, writes events as lines, imports no Qt."""
