#!/usr/bin/env bash
# Installs what is missing, builds and runs the tests. Needs Debian 12, Ubuntu 24.04 or newer, and root
# or sudo for what is not installed yet.
set -euo pipefail

usage() {
    cat <<'TEXT'
Usage: tests/run.sh [--slow] [--fuzz-seconds N] [--bench]

Builds the parts with AddressSanitizer and UndefinedBehaviorSanitizer and the programs as a release,
runs the tests of both and ends with a line that counts them.

  --slow            also what takes hours: kills, a soak, floods, 8 GiB, the programs under the
                    sanitizers, ThreadSanitizer over core, a minute of each fuzzer, clang-tidy
                    over every file instead of the changed ones
  --fuzz-seconds N  so long with each fuzzer of --slow, instead of a minute: 3600 is an hour
  --bench           also: the benchmarks, against real peers on this machine; a missed bar fails
  --help            this text

Everything it makes lies in build/: build/peers and build/servers (pinned, from elsewhere), build/asan,
build/release and, for --slow, build/tsan and build/fuzz.
TEXT
}

slow=OFF
bench=OFF
fuzz_seconds=
while [ $# -gt 0 ]; do
    case $1 in
    --slow) slow=ON ;;
    --bench) bench=ON ;;
    --fuzz-seconds)
        [[ ${2:-} =~ ^[1-9][0-9]*$ ]] || { usage >&2 && exit 2; }
        fuzz_seconds=$2
        shift
        ;;
    --help | -h) usage && exit 0 ;;
    *) usage >&2 && exit 2 ;;
    esac
    shift
done
[ -z "$fuzz_seconds" ] || [ "$slow" = ON ] || { usage >&2 && exit 2; }
fuzz_seconds=${fuzz_seconds:-60}

cd "$(dirname "$0")/.."
build=$PWD/build
reports=$build/reports
rm -rf "$reports"
mkdir -p "$build" "$reports"
export HOME=${HOME:-$build/home}
jobs=$(nproc)

# shellcheck source=../installer/packages.sh
. installer/packages.sh

passed=0
failed=0
skipped=0
failures=()
launcher=()

# count_one NAME STATUS: a check that is not one of ctest's.
count_one() {
    if [ "$2" -eq 0 ]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        failures+=("$1")
    fi
}

# attribute NAME FILE: of the root element of a JUnit report, 0 if it is not there.
attribute() {
    grep -m 1 -o "\\b$1=\"[0-9]*\"" "$2" | tr -dc 0-9 || echo 0
}

count_report() {
    local report=$1 all bad out
    all=$(attribute tests "$report")
    bad=$(attribute failures "$report")
    out=$(($(attribute skipped "$report") + $(attribute disabled "$report")))
    passed=$((passed + all - bad - out))
    failed=$((failed + bad))
    skipped=$((skipped + out))
}

# configure PRESET [OPTION...]: the first time, or when the options changed, else the build does it.
configure() {
    local preset=$1
    echo "Building $preset"
    cmake --preset "$@" >"$reports/$preset.configure.log" 2>&1 ||
        fail "Configuring failed: $(tail -n 30 "$reports/$preset.configure.log")"
}

# build PRESET [TARGET...]
build() {
    local preset=$1
    shift
    cmake --build "$build/$preset" -j "$jobs" ${1:+--target "$@"} >"$reports/$preset.build.log" 2>&1 ||
        fail "Building failed: $(tail -n 60 "$reports/$preset.build.log")"
}

# run_tests PRESET [CTEST OPTION...]: counts what they give, and goes on.
run_tests() {
    local preset=$1
    local report=$reports/$preset.xml
    shift
    rm -f "$report"
    echo "Testing $preset"
    "${launcher[@]}" ctest --test-dir "$build/$preset" -j "$jobs" --output-on-failure --no-tests=ignore \
        --output-junit "$report" "$@" </dev/null || failures+=("$preset: see above")
    if [ -f "$report" ]; then
        count_report "$report"
    fi
}

install_everything() {
    local wanted=("${cli_packages[@]}" "${desktop_packages[@]}" "${test_packages[@]}")
    command -v python3 >/dev/null && python3 -m pip --version >/dev/null 2>&1 || wanted+=(python3-pip)
    command -v npm >/dev/null || wanted+=(npm)
    [ "$bench" = OFF ] || wanted+=("${bench_packages[@]}")
    keep_sshd_asleep
    install_packages "${wanted[@]}"
    install_available_packages "${lint_packages[@]}"
    [ "$slow" = OFF ] || install_available_packages "${fuzz_packages[@]}"
}

# Their tests say themselves that they are skipped, and why; a continuous integration has no excuse.
fetch_peers() {
    local status=0
    tests/peers/fetch.sh "$build/peers" || status=1
    [ "${CI:-}" != true ] || count_one "the pinned peers" "$status"
    for peer in litestream5 litestream3 ltx; do
        [ ! -x "$build/peers/$peer" ] || export "${peer^^}=$build/peers/$peer"
    done
}

# Likewise. Where they are: TIDEMARK_SERVERS, which tests/servers reads.
fetch_servers() {
    local status=0
    export TIDEMARK_SERVERS=$build/servers
    tests/servers/fetch.sh "$TIDEMARK_SERVERS" || status=1
    [ "${CI:-}" != true ] || count_one "the pinned servers" "$status"
}

run_thread_sanitizer() {
    # Memory laid out at random in too many bits stops the ThreadSanitizer of g++ 12.
    if setarch "$(uname -m)" --addr-no-randomize true 2>/dev/null; then
        launcher=(setarch "$(uname -m)" --addr-no-randomize)
    fi
    configure tsan -DTIDEMARK_SLOW=ON
    build tsan
    # Tests start programs. The preset silences what g++ 12 wrongly warns of under this sanitizer.
    TSAN_OPTIONS="die_after_fork=0 suppressions=$PWD/tests/lint/tsan.supp" run_tests tsan --label-exclude "lint|model|harness"
    launcher=()
}

# The programs themselves under the sanitizers of the parts, but where what is measured is their own cost.
run_sanitized_programs() {
    configure asan -DTIDEMARK_SLOW=OFF -DTIDEMARK_PROGRAM_TESTS=ON
    build asan
    # Tests put a library of theirs before the sanitizer's.
    ASAN_OPTIONS=verify_asan_link_order=0 \
        LSAN_OPTIONS=suppressions=$PWD/tests/lint/lsan.supp:print_suppressions=0 \
        run_tests asan --label-regex e2e --exclude-regex "bench|footprint|latency"
}

run_fuzzers() {
    command -v clang++-16 >/dev/null || { skipped=$((skipped + 1)) && return; }
    configure fuzz
    build fuzz fuzzers
    local fuzzer name
    for fuzzer in "$build"/fuzz/tests/fuzz_*; do
        if [ ! -f "$fuzzer" ] || [ ! -x "$fuzzer" ]; then
            continue
        fi
        name=$(basename "$fuzzer")
        echo "Fuzzing with $name for $fuzz_seconds s"
        mkdir -p "$build/fuzz/found/$name"
        local status=0
        "$fuzzer" -max_total_time="$fuzz_seconds" -rss_limit_mb=1024 -print_final_stats=0 \
            -artifact_prefix="$reports/$name." "$build/fuzz/found/$name" \
            "tests/fuzz/corpus/${name#fuzz_}" >"$reports/$name.log" 2>&1 || status=$?
        [ "$status" -eq 0 ] || tail -n 40 "$reports/$name.log"
        count_one "$name" "$status"
    done
}

run_benches() {
    echo "Measuring"
    local status=0
    cmake --build "$build/release" -j "$jobs" --target bench || status=1
    count_one "the benchmarks" "$status"
}

install_everything
fetch_peers
fetch_servers

configure asan -DTIDEMARK_SLOW="$slow" && build asan
configure release -DTIDEMARK_TESTS=OFF -DTIDEMARK_PROGRAM_TESTS=ON -DTIDEMARK_SLOW="$slow" &&
    build release
run_tests asan
run_tests release
if [ "$slow" = ON ]; then
    run_sanitized_programs
    run_thread_sanitizer
    run_fuzzers
fi
[ "$bench" = OFF ] || run_benches

[ $((passed + failed)) -gt 0 ] || fail "No test ran."
for failure in "${failures[@]}"; do
    echo "Failed: $failure"
done
echo "$passed passed, $failed failed$([ "$skipped" -eq 0 ] || echo ", $skipped skipped")"
[ "$failed" -eq 0 ] && [ ${#failures[@]} -eq 0 ]
