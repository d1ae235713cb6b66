# Completion in bash, zsh and fish, where these look for it.
bashcompletiondir = $(datadir)/bash-completion/completions
zshcompletiondir = $(datadir)/zsh/site-functions
fishcompletiondir = $(datadir)/fish/vendor_completions.d
dist_bashcompletion_DATA = \
	completions/nono-load.bash \
	completions/nonoc.bash
dist_zshcompletion_DATA = completions/_nonoc
dist_fishcompletion_DATA = \
	completions/nono-load.fish \
	completions/nonoc.fish
