# Completion of sequela for bash. Verbs and options are asked of the program itself, so that the two cannot
# differ; a test runs this file.
_sequela()
{
    local word=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
    local program=${COMP_WORDS[0]} verb=${COMP_WORDS[1]}
    # bash splits --format=csv at the sign.
    [[ $word == "=" ]] && word=
    [[ $previous == "=" ]] && previous=${COMP_WORDS[COMP_CWORD - 2]}
    COMPREPLY=()
    if ((COMP_CWORD == 1)); then
        local verbs
        verbs=$("$program" help 2> /dev/null | sed -n 's/^  \([a-z]*\) .*/\1/p')
        mapfile -t COMPREPLY < <(compgen -W "$verbs --version --help" -- "$word")
        return
    fi
    case $previous in
    --format)
        mapfile -t COMPREPLY < <(compgen -W "table csv json md" -- "$word")
        return
        ;;
    --engine)
        mapfile -t COMPREPLY < <(compgen -W "columnar reference" -- "$word")
        return
        ;;
    --isa)
        mapfile -t COMPREPLY < <(compgen -W "avx512 avx2 scalar" -- "$word")
        return
        ;;
    -o | --output)
        mapfile -t COMPREPLY < <(compgen -f -- "$word")
        return
        ;;
    --csv)
        mapfile -t COMPREPLY < <(compgen -d -- "$word")
        return
        ;;
    -n | --patients | -s | --seed | -j | --threads | --set | --strategy | --patient)
        return
        ;;
    esac
    if [[ $verb == help ]]; then
        mapfile -t COMPREPLY < <(compgen -W "$("$program" help 2> /dev/null | sed -n 's/^  \([a-z]*\) .*/\1/p')" -- "$word")
    elif [[ $word == -* ]]; then
        local options
        options=$("$program" help "$verb" 2> /dev/null | grep -o -- '--[a-z][a-z-]*')
        mapfile -t COMPREPLY < <(compgen -W "$options" -- "$word")
    elif [[ $verb == new ]]; then
        mapfile -t COMPREPLY < <(compgen -d -S / -- "$word")
    else
        local pattern='*.@(yaml|yml)'
        [[ $verb == @(digest|summary|export) ]] && pattern='*.@(h5|nc)'
        mapfile -t COMPREPLY < <(
            shopt -s extglob
            compgen -f -X "!$pattern" -- "$word"
            compgen -d -S / -- "$word"
        )
    fi
}
complete -o filenames -F _sequela sequela
