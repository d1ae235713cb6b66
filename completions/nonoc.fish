# fish completion for nonoc, read off its own usage.

function __nonoc_verbs
	nonoc --help | sed -n 's/^  \([a-z]*\)  *\(.*\)/\1\t\2/p'
end

function __nonoc_options
	set -l words (commandline -opc)
	set -l verb $words[2]
	set -l usage (nonoc $verb --help 2>/dev/null)
	if test "$verb" != compile; and string match -q '*nonoc compile*' -- "$usage"
		set -a usage (nonoc compile --help 2>/dev/null)
	end
	printf '%s\n' $usage | grep -oE '(^|[[ ])--?[a-zA-Z][a-z-]*' | tr -d '[ '
end

function __nonoc_first
	test (count (commandline -opc)) -eq 1
end

function __nonoc_verb_is
	set -l words (commandline -opc)
	test (count $words) -gt 1; and test $words[2] = $argv[1]
end

complete -c nonoc -n __nonoc_first -f -a '(__nonoc_verbs)'
complete -c nonoc -n 'not __nonoc_first' -a '(__nonoc_options)'
complete -c nonoc -n '__nonoc_verb_is list' -f -a 'groups profiles'
complete -c nonoc -n '__nonoc_verb_is schema' -f -a 'profile group'
complete -c nonoc -n '__nonoc_verb_is schema' -l draft -x -a '07 2020-12'
complete -c nonoc -n '__nonoc_verb_is path' -a 'subset disjoint equal'
complete -c nonoc -n '__nonoc_verb_is query' -a 'paths ports read write exec create connect bind'
complete -c nonoc -n '__nonoc_verb_is explain' -f -a "(nonoc explain --list 2>/dev/null | string split -f1 ' ')"
complete -c nonoc -n '__nonoc_verb_is why' -a "(nonoc why --list 2>/dev/null | string split -f1 ' ')"
complete -c nonoc -n 'not __nonoc_first' -a "(nonoc list profiles 2>/dev/null | string split -f1 ' ')"
