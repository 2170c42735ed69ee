# bash completion for tidemarkctl                                          -*- shell-script -*-

_tidemarkctl() {
    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
    local command=${COMP_WORDS[1]} options
    COMPREPLY=()
    if [ "$COMP_CWORD" -eq 1 ]; then
        mapfile -t COMPREPLY < <(compgen -W \
            "replicate list objects plan restore verify export snapshot mark marks unmark retention release test status version help --help -h --version" -- "$current")
        return
    fi
    case $previous in
    --check)
        mapfile -t COMPREPLY < <(compgen -W "quick full none" -- "$current")
        return
        ;;
    --since | --until)
        mapfile -t COMPREPLY < <(compgen -W "latest txid: mark: now -20m -1h" -- "$current")
        return
        ;;
    --time)
        mapfile -t COMPREPLY < <(compgen -W "now -20m -1h" -- "$current")
        return
        ;;
    --keep)
        mapfile -t COMPREPLY < <(compgen -W "everything time-machine" -- "$current")
        return
        ;;
    --sync-interval)
        mapfile -t COMPREPLY < <(compgen -W "10s 1m 5m" -- "$current")
        return
        ;;
    --limit | --txid | --mark | --note) return ;;
    --config | --db)
        compopt -o default
        return
        ;;
    esac
    case $command in
    replicate) options="--config --keep --sync-interval --once --switch-to-wal --watch --same-database" ;;
    list) options="--since --until --limit --newest-first" ;;
    plan) options="--latest --txid --time --mark" ;;
    restore) options="--latest --txid --time --mark --check" ;;
    verify) options="--latest --txid --time --mark --check --all" ;;
    snapshot) options="--db --switch-to-wal --watch" ;;
    mark) options="--latest --txid --time --mark --note" ;;
    retention) options="--keep" ;;
    help)
        mapfile -t COMPREPLY < <(compgen -W \
            "replicate list objects plan restore verify export snapshot mark marks unmark retention release test status version help" -- "$current")
        return
        ;;
    esac
    if [[ $current == -* ]]; then
        mapfile -t COMPREPLY < <(compgen -W "$options --json --help" -- "$current")
    else
        compopt -o default
    fi
}

complete -F _tidemarkctl tidemarkctl
