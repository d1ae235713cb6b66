# fish completion for nono-load, read off its own usage.

complete -c nono-load -a "(nono-load --help | grep -oE '(^| )--?[a-z][a-z-]*' | string trim)"
