# fish completion for tidemarkctl

set -l commands replicate list objects plan restore verify export snapshot mark marks unmark retention release test status version help
set -l first "not __fish_seen_subcommand_from $commands"

complete -c tidemarkctl -n $first -f -a replicate -d 'follow databases and keep their whole history'
complete -c tidemarkctl -n $first -f -a list -d 'the moments that can be restored, oldest first'
complete -c tidemarkctl -n $first -f -a objects -d 'the files of a replica'
complete -c tidemarkctl -n $first -f -a plan -d 'what a restore would read'
complete -c tidemarkctl -n $first -f -a restore -d 'bring a moment back into a new file'
complete -c tidemarkctl -n $first -f -a verify -d 'prove that a moment, or each of them, can be restored'
complete -c tidemarkctl -n $first -f -a export -d 'the whole history in one archive'
complete -c tidemarkctl -n $first -f -a snapshot -d 'a full snapshot of the newest moment, now'
complete -c tidemarkctl -n $first -f -a mark -d 'give a moment a name'
complete -c tidemarkctl -n $first -f -a marks -d 'the moments that have a name'
complete -c tidemarkctl -n $first -f -a unmark -d 'take a name from its moment'
complete -c tidemarkctl -n $first -f -a retention -d 'what would be deleted from a replica, and what stays'
complete -c tidemarkctl -n $first -f -a release -d 'let another program write into a replica'
complete -c tidemarkctl -n $first -f -a test -d 'whether a replica can live in a place, step by step'
complete -c tidemarkctl -n $first -f -a status -d 'what your engines follow and how it stands'
complete -c tidemarkctl -n $first -f -a version -d 'the version of this program'
complete -c tidemarkctl -n $first -f -a help -d 'what the commands do'
complete -c tidemarkctl -n '__fish_seen_subcommand_from help' -f -a "$commands"

complete -c tidemarkctl -l json -d 'one JSON object a line'
complete -c tidemarkctl -l help -s h -d 'what this command does'

set -l replicate '__fish_seen_subcommand_from replicate'
complete -c tidemarkctl -n $replicate -l config -r -F -d 'every database of a settings.json or litestream.yml'
complete -c tidemarkctl -n $replicate -l sync-interval -x -a '10s 1m 5m' -d 'upload no more often'
complete -c tidemarkctl -n $replicate -l once -d 'bring every replica up to date, then exit'
complete -c tidemarkctl -n $replicate -l switch-to-wal -d 'allow the change of a database not in WAL mode'
complete -c tidemarkctl -n $replicate -l watch -d 'leave such a database as it is and compare its pages'
complete -c tidemarkctl -n $replicate -l same-database -d 'go on with its history, few of its pages being as before'

set -l keeping '__fish_seen_subcommand_from replicate retention'
complete -c tidemarkctl -n $keeping -l keep -x -a 'everything time-machine' -d 'what stays of the history'

set -l list '__fish_seen_subcommand_from list'
complete -c tidemarkctl -n $list -l since -x -d 'no moment before it'
complete -c tidemarkctl -n $list -l until -x -d 'no moment after it'
complete -c tidemarkctl -n $list -l limit -x -d 'at most so many moments'
complete -c tidemarkctl -n $list -l newest-first -d 'the other way round'

set -l when '__fish_seen_subcommand_from plan restore verify mark'
complete -c tidemarkctl -n $when -l latest -d 'the newest moment'
complete -c tidemarkctl -n $when -l txid -x -d 'the moment of this transaction'
complete -c tidemarkctl -n $when -l time -x -d 'the last moment not after it'
complete -c tidemarkctl -n $when -l mark -x -d 'the moment of this mark'

set -l checked '__fish_seen_subcommand_from restore verify'
complete -c tidemarkctl -n $checked -l check -x -a 'quick full none' -d 'SQLite\'s own check'
complete -c tidemarkctl -n '__fish_seen_subcommand_from verify' -l all -d 'read every object, prove every moment'
complete -c tidemarkctl -n '__fish_seen_subcommand_from snapshot' -l db -r -F -d 'this database, also where no engine follows it'
complete -c tidemarkctl -n '__fish_seen_subcommand_from snapshot' -l switch-to-wal -d 'allow the change of a database not in WAL mode'
complete -c tidemarkctl -n '__fish_seen_subcommand_from snapshot' -l watch -d 'leave such a database as it is and compare its pages'
complete -c tidemarkctl -n '__fish_seen_subcommand_from mark' -l note -x -d 'what there is to say about it'
