# bash completion for nono-load, read off its own usage.

_nono_load() {
	local word=${COMP_WORDS[COMP_CWORD]} i

	COMPREPLY=()
	for ((i = 1; i < COMP_CWORD; i++)); do
		[ "${COMP_WORDS[i]}" != -- ] && continue
		if [ "$i" -eq $((COMP_CWORD - 1)) ]; then
			mapfile -t COMPREPLY < <(compgen -c -- "$word")
		else
			mapfile -t COMPREPLY < <(compgen -f -- "$word")
		fi
		return
	done
	if [[ $word == -* ]]; then
		mapfile -t COMPREPLY < <(compgen -W "-- $(nono-load --help |
			grep -oE '(^| )--?[a-z][a-z-]*')" -- "$word")
	else
		mapfile -t COMPREPLY < <(compgen -f -- "$word")
	fi
}

complete -o filenames -F _nono_load nono-load
