"""Assembles the XCFramework's tree from this machine's library, and looks at it as Xcode and clang would:
test_xcframework.py COMMAND..., the command that stands for `swift`. That devices and simulators can link against it,
only a Mac can show.
"""

from __future__ import annotations

import hashlib
import json
import os
import plistlib
import shutil
import subprocess
import sys
import tempfile
import unittest
import zipfile
from pathlib import Path

SWIFT: list[str] = []
HERE = Path(__file__).parent
MADE = HERE / "Generated/xcframework"
FRAMEWORK = MADE / "TellusFFI.xcframework"


class XCFrameworkTest(unittest.TestCase):
    told: str
    libraries: list[dict[str, object]]

    @classmethod
    def setUpClass(cls) -> None:
        done = subprocess.run([HERE / "xcframework.sh", "--dry"], stdout=subprocess.PIPE, text=True, check=True)
        cls.told = done.stdout
        with (FRAMEWORK / "Info.plist").open("rb") as file:
            cls.info = plistlib.load(file)
        cls.libraries = cls.info["AvailableLibraries"]

    @classmethod
    def tearDownClass(cls) -> None:
        shutil.rmtree(MADE)

    def test_the_list_names_every_slice_and_each_is_there(self) -> None:
        self.assertEqual((self.info["CFBundlePackageType"], self.info["XCFrameworkFormatVersion"]), ("XFWK", "1.0"))
        named = {
            library["LibraryIdentifier"]: (
                library["SupportedPlatform"],
                library.get("SupportedPlatformVariant"),
                library["SupportedArchitectures"],
            )
            for library in self.libraries
        }
        self.assertEqual(
            named,
            {
                "ios-arm64": ("ios", None, ["arm64"]),
                "ios-arm64_x86_64-simulator": ("ios", "simulator", ["arm64", "x86_64"]),
                "macos-arm64_x86_64": ("macos", None, ["arm64", "x86_64"]),
            },
        )
        self.assertEqual({path.name for path in FRAMEWORK.iterdir()}, {*named, "Info.plist"})
        for library in self.libraries:
            slice_ = FRAMEWORK / str(library["LibraryIdentifier"])
            archive = slice_ / str(library["LibraryPath"])
            self.assertEqual(archive.read_bytes()[:8], b"!<arch>\n")
            self.assertTrue((slice_ / str(library["HeadersPath"])).is_dir())

    def test_header_and_map_lie_in_a_folder_of_their_own(self) -> None:
        header = (HERE / "Generated/TellusFFI/include/TellusFFI.h").read_bytes()
        for library in self.libraries:
            headers = FRAMEWORK / str(library["LibraryIdentifier"]) / "Headers"
            found = {str(path.relative_to(headers)) for path in headers.rglob("*") if path.is_file()}
            self.assertEqual(found, {"TellusFFI/TellusFFI.h", "TellusFFI/module.modulemap"})
            self.assertEqual((headers / "TellusFFI/TellusFFI.h").read_bytes(), header)
            module = (headers / "TellusFFI/module.modulemap").read_text()
            self.assertRegex(module, r'^module TellusFFI \{\n\s+header "TellusFFI.h"')

    def test_clang_finds_the_module_beside_that_of_another_framework(self) -> None:
        """Xcode copies all frameworks' headers into one folder; a map at its top would be overwritten there."""
        with tempfile.TemporaryDirectory(dir=os.environ["CARGO_TARGET_DIR"]) as folder:
            include = Path(folder) / "include"
            shutil.copytree(FRAMEWORK / "ios-arm64/Headers", include)
            (include / "module.modulemap").write_text('module OtherFFI {\n header "OtherFFI.h"\n export *\n}\n')
            (include / "OtherFFI.h").write_text("int other(void);\n")
            source = Path(folder) / "app.swift"
            source.write_text(
                "import OtherFFI\nimport TellusFFI\nlet both = (other(), ffi_tellus_ffi_uniffi_contract_version())\n"
            )
            command = [*SWIFT, "-frontend", "-typecheck", "-I", str(include), str(source)]
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_the_archive_holds_the_tree_and_has_the_checksum_that_is_told(self) -> None:
        archive = MADE / "TellusFFI.xcframework.zip"
        with zipfile.ZipFile(archive) as content:
            packed = set(content.namelist())
        files = {str(path.relative_to(MADE)) for path in FRAMEWORK.rglob("*") if path.is_file()}
        self.assertEqual(packed, files)
        checksum = hashlib.sha256(archive.read_bytes()).hexdigest()
        self.assertEqual(self.told.splitlines()[-1], f"checksum: {checksum}")

    def test_the_package_takes_the_framework_where_it_is_told_to(self) -> None:
        for place, checksum in ((str(FRAMEWORK.relative_to(HERE)), None), ("https://localhost/T.zip", "0" * 64)):
            core = self.core({"TELLUS_XCFRAMEWORK": place, "TELLUS_XCFRAMEWORK_CHECKSUM": checksum or ""})
            self.assertEqual((core["type"], core.get("path") or core.get("url")), ("binary", place))
            self.assertEqual(core.get("checksum"), checksum)
        self.assertEqual(self.core({})["type"], "regular")

    def core(self, environment: dict[str, str]) -> dict[str, object]:
        command = [*SWIFT, "package", "--package-path", str(HERE), "dump-package"]
        done = subprocess.run(command, env={**os.environ, **environment}, stdout=subprocess.PIPE, text=True, check=True)
        targets = json.loads(done.stdout)["targets"]
        return next(target for target in targets if target["name"] == "TellusFFI")


if __name__ == "__main__":
    SWIFT[:] = sys.argv[1:]
    unittest.main(argv=sys.argv[:1], verbosity=2)
