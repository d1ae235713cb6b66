profilesdir = $(pkgdatadir)/profiles
dist_profiles_DATA = \
	profiles/claude-code.json \
	profiles/codex.json \
	profiles/default.json \
	profiles/go-dev.json \
	profiles/java-dev.json \
	profiles/linux-host-compat.json \
	profiles/node-dev.json \
	profiles/openclaw.json \
	profiles/opencode.json \
	profiles/python-dev.json \
	profiles/rust-dev.json \
	profiles/std.assert \
	profiles/swival.json \
	profiles/waivers.assert
