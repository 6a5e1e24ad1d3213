# Completion of auralisctl for bash. The words are made by scripts/gen-docs.
declare -A _auralisctl_words=(
    # generated: words
    [auralisctl]='--help -h --dir --instance status set preset next reseed events ring listen listen-on token'
    [set]='key= mode= bpm= intensity= brightness= space= width= mix.pad= mix.lead= mix.bass= mix.bell= mix.texture= mix.percussion= preset= seed='
    [preset]='focus meditation sleep bright'
    [events]='phrase params heartbeat'
    [key=]='C C# D Eb E F F# G Ab A Bb B'
    [mode=]='ionian dorian phrygian lydian mixolydian aeolian'
    [preset=]='focus meditation sleep bright'
    # end
)

_auralisctl() {
    local word=${COMP_WORDS[COMP_CWORD]} key=auralisctl i
    for ((i = 1; i < COMP_CWORD; i++)); do
        case ${COMP_WORDS[i]} in
        --dir | --instance) ((i++)) ;;
        -*) ;;
        *)
            key=${COMP_WORDS[i]}
            break
            ;;
        esac
    done
    # bash splits key=D into three words
    if [[ $key == set && $word == = ]]; then
        key=${COMP_WORDS[COMP_CWORD - 1]}= word=
    elif [[ $key == set && ${COMP_WORDS[COMP_CWORD - 1]} == = ]]; then
        key=${COMP_WORDS[COMP_CWORD - 2]}=
    fi
    mapfile -t COMPREPLY < <(compgen -W "${_auralisctl_words[$key]:-}" -- "$word")
    if [[ ${COMPREPLY[0]:-} == *= ]]; then
        compopt -o nospace
    fi
}
complete -F _auralisctl auralisctl
