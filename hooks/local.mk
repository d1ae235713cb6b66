# For git and pre-commit, where who has no source tree finds them, too.
# The action is not installed: GitHub takes it from the repository.
hooksdir = $(pkgdatadir)/hooks
dist_hooks_SCRIPTS = \
	hooks/compile \
	hooks/gate \
	hooks/git-diff \
	hooks/lint \
	hooks/lock
