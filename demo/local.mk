# By file, never by directory: `demo` is a target.
EXTRA_DIST += \
	demo/claude-code.json \
	demo/run
