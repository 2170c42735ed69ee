# shellcheck shell=bash
# What Debian 12 and Ubuntu 24.04 (or newer) call the things that Tidemark is built and tested with.
# Sourced by installer/run.sh and tests/run.sh.

# shellcheck disable=SC2034  # Used by the scripts that source this file.
{
    cli_packages=(
        ca-certificates ccache cmake g++ mold ninja-build pkg-config
        liblz4-dev libpugixml-dev libquazip1-qt6-dev libsqlite3-dev libssh2-1-dev libssl-dev libxxhash-dev
        libyaml-cpp-dev nlohmann-json3-dev qt6-base-dev qtkeychain-qt6-dev
    )
    desktop_packages=(
        libqt6svg6 qt6-declarative-dev qt6-declarative-dev-tools qt6-l10n-tools qt6-qpa-plugins
        qt6-tools-dev qt6-tools-dev-tools
        qml6-module-qtqml qml6-module-qtqml-models qml6-module-qtqml-workerscript
        qml6-module-qtquick qml6-module-qtquick-controls qml6-module-qtquick-layouts
        qml6-module-qtquick-shapes qml6-module-qtquick-templates qml6-module-qtquick-window
    )
    test_packages=(
        appstream at-spi2-core dbus desktop-file-utils faketime fonts-dejavu-core gir1.2-atspi-2.0 git
        imagemagick man-db procps proj-data python3 python3-gi qml6-module-qttest shellcheck spin sqlite3
        strace util-linux xauth xdotool xvfb
    )
    # Servers that the storages are tried on; each test runs its own. apache2-bin has no service;
    # openssh-server has one, see keep_sshd_asleep.
    test_packages+=(apache2-bin openssh-client openssh-server openssl rclone)
    # Their words and warnings differ from one version to the next, so the version is fixed; a system
    # without it skips what needs it.
    lint_packages=(clang-format-16 clang-tidy-16)
    fuzz_packages=(clang-16 libclang-rt-16-dev)
    bench_packages=(libbenchmark-dev)
}

install_log=$(mktemp)

fail() {
    echo "$1" >&2
    exit 1
}

is_installed() {
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo "$@"
    else
        fail "Missing packages can be installed by root or with sudo only. Run as root: $*"
    fi
}

# install_packages NAME...: installs those that are missing, and says which.
install_packages() {
    local missing=() name
    for name in "$@"; do
        is_installed "$name" || missing+=("$name")
    done
    [ ${#missing[@]} -gt 0 ] || return 0
    command -v apt-get >/dev/null ||
        fail "This script knows Debian and Ubuntu only. Install what stands for these, then build with CMake: ${missing[*]}"
    echo "Installing: ${missing[*]}"
    update_lists_once
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends \
        -o Dpkg::Use-Pty=0 "${missing[@]}" </dev/null >"$install_log" 2>&1 ||
        fail "The packages could not be installed: $(tail -n 20 "$install_log")"
}

# Before openssh-server is installed: its service would let others in, today and after each start. Who
# wants it: systemctl unmask ssh.service ssh.socket
keep_sshd_asleep() {
    if ! is_installed openssh-server && command -v systemctl >/dev/null; then
        as_root systemctl mask --quiet ssh.service ssh.socket || fail "The SSH service could not be masked."
    fi
}

# install_available_packages NAME...: the same, without those that this system does not offer.
install_available_packages() {
    local offered=() name
    for name in "$@"; do
        is_installed "$name" && continue
        update_lists_once
        if apt-cache show "$name" >/dev/null 2>&1; then
            offered+=("$name")
        else
            echo "This system has no package $name; what needs it is skipped."
        fi
    done
    install_packages "${offered[@]}"
}

update_lists_once() {
    [ -z "${lists_are_fresh:-}" ] || return 0
    as_root apt-get update -q </dev/null >"$install_log" 2>&1 ||
        echo "The package lists could not be renewed; trying with the old ones." >&2
    lists_are_fresh=yes
}
