# SPDX-License-Identifier: BSD-2-Clause
# fish completion for carpctl, carpd, carpinject, carpmon and carpsim. Options and
# commands come from --help, names of vhids from the running carpd.

function __carpkit_options
    set -l words (commandline -opc)
    set -l program $words[1]
    set -l command (string match -rv -- '^-' $words[2..-1])[1]
    if string match -q '*carpinject' -- $program; and test -n "$command"
        $program $command --help-all 2>/dev/null | string match -arg -- '(?:^|[ ,])(--[a-z][a-z0-9-]*)'
    else
        $program --help 2>/dev/null | string match -arg -- '(?:^|[ ,])(--[a-z][a-z0-9-]*)'
    end
end

function __carpkit_commands
    set -l words (commandline -opc)
    $words[1] --help 2>/dev/null | sed -n '/^Commands:/,/^$/s/^  \([a-z]*\).*/\1/p'
end

function __carpkit_vhids
    carpctl --format json show 2>/dev/null | string match -arg '"(?:name|id)":"([^"]*)"'
end

for program in carpctl carpd carpinject carpmon carpsim
    complete -c $program -a '(__carpkit_options)' -n 'string match -q -- "-*" (commandline -ct)'
end
for program in carpctl carpinject
    complete -c $program -n 'test (count (commandline -opc)) -eq 1' -a '(__carpkit_commands)'
end
complete -c carpctl -n 'contains -- (commandline -opc)[2] show watch stats promote demote state' -a '(__carpkit_vhids)'
