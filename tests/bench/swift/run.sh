#!/usr/bin/env bash
# run.sh OUT.json [ROUNDS]: measures the Swift library against what an app would be written with otherwise, everything built
# as for a release; prints a table and writes it to OUT.json.
set -euo pipefail
. "$(dirname "$0")/../../../.ci/env.sh"
out=$(realpath -m "$1") rounds=${2:-5}
cd "$ROOT"
if ! .ci/swift-toolchain; then
  left_out "the benchmark in Swift, because there is no toolchain"
  exit 77
fi
say "building for release"
cargo build --release --locked -p tellus-bench --bin tellus-bench-server
.ci/generate swift release
package=(-c release --package-path tests/bench/swift/Contenders --scratch-path "$CARGO_TARGET_DIR/swift-bench"
  -Xlinker "-L$ROOT/swift/Generated/release")
.ci/swift-run build "${package[@]}"
say "measuring"
python3 tests/bench/swift/rows.py "$CARGO_TARGET_DIR/release" "$out" "$rounds" .ci/swift-run run "${package[@]}" --skip-build contender
