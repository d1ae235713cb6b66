# bash completion for nonoc.  What there is to complete is read off the
# program's own usage, so that it is never out of date.

# The options of a verb; those of compile with it where its usage says so.
_nonoc_options() {
	local usage
	usage=$(nonoc "$1" --help 2>/dev/null)
	case $1,$usage in
	compile,*) ;;
	*"nonoc compile"*) _nonoc_options compile ;;
	esac
	printf '%s\n' "$usage" | grep -oE '(^|[[ ])--?[a-zA-Z][a-z-]*' | tr -d '[ ' |
		sort -u
}

_nonoc() {
	local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}
	local verb=${COMP_WORDS[1]} words=

	COMPREPLY=()
	if [ "$COMP_CWORD" -eq 1 ]; then
		words=$(nonoc --help | sed -n 's/^  \([a-z]*\) .*/\1/p')
	elif [[ $word == -* ]]; then
		words=$(_nonoc_options "$verb")
	else
		case $verb,$before in
		*,--format) words="text json sarif github markdown junit" ;;
		*,--color) words="auto always never" ;;
		*,--target) words="linux linux:abi= macos" ;;
		*,-o | *,-I | *,--data | *,--home | *,--cwd | *,--os-release) ;;
		list,*) words="groups profiles" ;;
		schema,--draft) words="07 2020-12" ;;
		schema,*) words="profile group" ;;
		path,path) words= ;;
		path,*) words="subset disjoint equal" ;;
		query,query) words="paths ports read write exec create connect bind" ;;
		explain,*) words=$(nonoc explain --list 2>/dev/null | awk '{ print $1 }') ;;
		why,why) words=$(nonoc list profiles 2>/dev/null | awk '{ print $1 }') ;;
		why,*)
			[[ $before == -* ]] ||
				words=$(nonoc why --list 2>/dev/null | awk '{ print $1 }')
			;;
		*) words=$(nonoc list profiles 2>/dev/null | awk '{ print $1 }') ;;
		esac
	fi
	mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word"; [[ $word == -* ]] || compgen -f -- "$word")
}

complete -o filenames -F _nonoc nonoc
