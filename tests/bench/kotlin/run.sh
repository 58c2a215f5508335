#!/usr/bin/env bash
# run.sh OUT.json [ROUNDS]: measures the SDK on the JVM beside its peers, everything built as for a release, and writes the rows
# of the table as JSON.
set -euo pipefail
out=$(realpath "$1")
rounds=${2:-5}
. "$(dirname "$0")/../../../.ci/env.sh"
cd "$ROOT"
cargo build --release --locked -p tellus-bench --bin tellus-bench-server
.ci/generate kotlin release
mvn --batch-mode --no-transfer-progress --quiet --file kotlin/pom.xml package -Dmaven.test.skip
.ci/kotlin install
.ci/kotlin with tests/bench/kotlin --quiet package
python3 tests/bench/kotlin/rows.py "$CARGO_TARGET_DIR/release" tests/bench/kotlin/target "$out" "$rounds"
