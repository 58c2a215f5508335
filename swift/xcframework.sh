#!/usr/bin/env bash
# xcframework.sh [--dry]: makes TellusFFI.xcframework and its zip in swift/Generated/xcframework, from the Rust core as built for a
# release for iOS, its simulators and macOS. Needs a Mac with Xcode, and the Rust targets named below.
#
# --dry assembles the same tree from this machine's library, for whatever system: it shows where everything lies, and
# nobody can link against it.
set -euo pipefail
. "$(dirname "$0")/../.ci/env.sh"
cd "$ROOT"
dry=${1:-}
out=$ROOT/swift/Generated/xcframework
framework=$out/TellusFFI.xcframework
# Slice, platform, variant, and the Rust targets whose libraries are joined in it. The names are those that Xcode gives.
slices=(
  "ios-arm64 ios - aarch64-apple-ios"
  "ios-arm64_x86_64-simulator ios simulator aarch64-apple-ios-sim x86_64-apple-ios"
  "macos-arm64_x86_64 macos - aarch64-apple-darwin x86_64-apple-darwin"
)
# The oldest systems that the package names.
export IPHONEOS_DEPLOYMENT_TARGET=16.0 MACOSX_DEPLOYMENT_TARGET=13.0

rm -rf "$out"
mkdir -p "$out"
.ci/generate swift

# A folder of its own for the header and its module map: two frameworks whose maps lie directly in Headers/ overwrite each
# other's in an app that uses both.
headers=$out/Headers
mkdir -p "$headers/TellusFFI"
cp swift/Generated/TellusFFI/include/TellusFFI.h swift/Generated/TellusFFI/include/module.modulemap "$headers/TellusFFI/"

# library SLICE TARGET...: one static library for all targets of a slice. Prints its path.
library() {
  local slice=$1 target file=$out/$1/libtellus_ffi.a built=()
  shift
  mkdir -p "$out/$slice"
  if [ -n "$dry" ]; then
    strip -S -o "$file" swift/Generated/lib/libtellus_ffi.a
  else
    for target; do
      cargo build --release --locked -p tellus-ffi --target "$target" >&2
      built+=("$CARGO_TARGET_DIR/$target/release/libtellus_ffi.a")
    done
    lipo -create "${built[@]}" -output "$file"
  fi
  echo "$file"
}

# What `xcodebuild -create-xcframework` makes of the same arguments.
assemble() {
  local slice platform variant targets
  {
    cat <<'PLIST'
<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
<key>AvailableLibraries</key>
<array>
PLIST
    for each in "${slices[@]}"; do
      read -r slice platform variant targets <<<"$each"
      mkdir -p "$framework/$slice"
      mv "$out/$slice/libtellus_ffi.a" "$framework/$slice/"
      cp -R "$headers" "$framework/$slice/Headers"
      echo "<dict><key>BinaryPath</key><string>libtellus_ffi.a</string><key>HeadersPath</key><string>Headers</string>"
      echo "<key>LibraryIdentifier</key><string>$slice</string><key>LibraryPath</key><string>libtellus_ffi.a</string>"
      echo "<key>SupportedArchitectures</key><array>"
      for target in $targets; do
        case $target in aarch64-*) echo "<string>arm64</string>" ;; *) echo "<string>x86_64</string>" ;; esac
      done
      echo "</array><key>SupportedPlatform</key><string>$platform</string>"
      [ "$variant" = - ] || echo "<key>SupportedPlatformVariant</key><string>$variant</string>"
      echo "</dict>"
    done
    cat <<'PLIST'
</array>
<key>CFBundlePackageType</key><string>XFWK</string>
<key>XCFrameworkFormatVersion</key><string>1.0</string>
</dict>
</plist>
PLIST
  } >"$framework.plist"
  mv "$framework.plist" "$framework/Info.plist"
}

arguments=()
for each in "${slices[@]}"; do
  read -r slice _ _ targets <<<"$each"
  # shellcheck disable=SC2086
  arguments+=(-library "$(library "$slice" $targets)" -headers "$headers")
done
if [ -n "$dry" ]; then
  assemble
else
  xcodebuild -create-xcframework "${arguments[@]}" -output "$framework"
fi

# Symbolic links and times are left out, so that the same tree always has the same checksum.
find "$framework" -exec touch -t 202001010000 {} +
(cd "$out" && find TellusFFI.xcframework -type f | LC_ALL=C sort | python3 -c '
import sys, zipfile
level = 1 if sys.argv[1:] == ["--dry"] else 9
with zipfile.ZipFile("TellusFFI.xcframework.zip", "w", zipfile.ZIP_DEFLATED, compresslevel=level) as archive:
    for path in sys.stdin.read().splitlines():
        archive.write(path)
' "$dry")
# The same number as `swift package compute-checksum` prints: SHA-256 of the archive.
python3 -c 'import hashlib, sys; print(hashlib.sha256(open(sys.argv[1], "rb").read()).hexdigest())' \
  "$out/TellusFFI.xcframework.zip" >"$out/checksum.txt"
for made in "$framework" "$framework.zip"; do echo "$made"; done
echo "checksum: $(cat "$out/checksum.txt")"
