# shellcheck shell=bash
# The storage servers that Debian does not have: which version. moto.txt beside it pins all that moto
# brings with it; the date does the same for azurite; Go checks its own sums. Sourced by fetch.sh.
# shellcheck disable=SC2034  # Used there.
{
    # The last one that the Node.js of Debian 12 and of Ubuntu 24.04 runs.
    azurite_package=azurite@3.35.0
    azurite_before=2026-11-01

    versitygw_module=github.com/versity/versitygw/cmd/versitygw@v1.8.0
    versitygw_go_minor=25 # It needs Go 1.25 or newer.
}
