# SPDX-License-Identifier: BSD-2-Clause
# bash completion for carpctl, carpd, carpinject, carpmon and carpsim. Options and
# commands come from --help, names of vhids from the running carpd.

# Commands of carpinject have groups of options, which --help leaves out.
_carpkit_options()
{
    local help=--help
    [ $# -eq 1 ] || help=--help-all
    "$@" $help 2>/dev/null | grep -oE -- '(^|[ ,])--[a-z][a-z0-9-]*' | tr -d ' ,'
}

_carpkit_commands()
{
    "$1" --help 2>/dev/null | sed -n '/^Commands:/,/^$/s/^  \([a-z]*\).*/\1/p'
}

_carpkit_vhids()
{
    carpctl --format json show 2>/dev/null |
        grep -oE '"(name|id)":"[^"]*"' | sed 's/^"[a-z]*":"//; s/"$//'
}

_carpkit_values()
{
    case $1 in
    --format)
        echo text json
        [ "${COMP_WORDS[0]##*/}" != carpctl ] || echo prometheus
        ;;
    --from) echo freebsd ifconfig openbsd pfsense opnsense ucarp ;;
    --profile) echo freebsd freebsd6 netbsd openbsd openbsd-orig dragonfly ucarp auto ;;
    -i | --interface) ls /sys/class/net ;;
    esac
}

_carpkit_carpctl()
{
    case $1 in
    '') _carpkit_commands carpctl ;;
    show | watch | stats | promote) _carpkit_vhids ;;
    demote) [ "$2" -eq 1 ] && echo 0 240 || _carpkit_vhids ;;
    state) [ "$2" -eq 1 ] && echo backup master || _carpkit_vhids ;;
    export) [ "$2" -eq 1 ] && echo wireshark ;;
    esac
}

_carpkit()
{
    local program=${COMP_WORDS[0]##*/} current=${COMP_WORDS[COMP_CWORD]}
    local previous=${COMP_WORDS[COMP_CWORD - 1]} command='' count=0 i words
    for ((i = 1; i < COMP_CWORD; i++)); do
        case ${COMP_WORDS[i]} in
        -*) ;;
        *) [ -n "$command" ] || command=${COMP_WORDS[i]} && count=$((count + 1)) ;;
        esac
    done
    words=$(_carpkit_values "$previous")
    if [ -z "$words" ]; then
        case $current in
        -*)
            if [ "$program" = carpinject ] && [ -n "$command" ]; then
                words=$(_carpkit_options carpinject "$command")
            else
                words=$(_carpkit_options "$program")
            fi
            ;;
        *)
            case $program in
            carpctl) words=$(_carpkit_carpctl "$command" "$count") ;;
            carpinject) [ -n "$command" ] || words=$(_carpkit_commands carpinject) ;;
            esac
            ;;
        esac
    fi
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
}

complete -o default -F _carpkit carpctl carpd carpinject carpmon carpsim
