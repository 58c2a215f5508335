"""The AAR's layout, with libraries that the C compiler makes for this machine."""

from __future__ import annotations

import io
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree as ET
import zipfile
from pathlib import Path

ANDROID = Path(__file__).parent
JARS = ANDROID.parent / "target"
ABI = subprocess.run(["uname", "-m"], capture_output=True, text=True, check=True).stdout.strip()
ABI = {"aarch64": "arm64-v8a"}.get(ABI, ABI)


class Aar(unittest.TestCase):
    def setUp(self) -> None:
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.folder = Path(temporary.name)
        (self.jar,) = JARS.glob("tellus-sdk-*.jar")

    def library(self, abi: str, page: int) -> None:
        target = self.folder / "libraries" / abi
        target.mkdir(parents=True)
        command = ["cc", "-shared", "-xc", "-", "-o", target / "libtellus_ffi.so", f"-Wl,-z,max-page-size={page}"]
        subprocess.run(command, input="int answer(void) { return 42; }", text=True, check=True)

    def pack(self) -> subprocess.CompletedProcess[str]:
        program = [sys.executable, ANDROID / "aar.py"]
        told = ["--jar", self.jar, "--libraries", self.folder / "libraries", "--out", self.folder]
        return subprocess.run([*program, *told], capture_output=True, text=True, check=False)

    def refused(self, why: str) -> None:
        done = self.pack()
        self.assertEqual(done.returncode, 1)
        self.assertIn(why, done.stderr)
        self.assertEqual(list(self.folder.glob("*.aar")), [])

    def test_what_is_in_it(self) -> None:
        self.library(ABI, 16384)
        done = self.pack()
        self.assertEqual(done.returncode, 0, done.stderr)
        with zipfile.ZipFile(done.stdout.strip()) as aar:
            names = ["AndroidManifest.xml", "classes.jar", "R.txt", "proguard.txt", f"jni/{ABI}/libtellus_ffi.so"]
            self.assertEqual(aar.namelist(), names)
            manifest = ET.fromstring(aar.read("AndroidManifest.xml"))
            name = "{http://schemas.android.com/apk/res/android}name"
            asked = [each.get(name) for each in manifest.iter("uses-permission")]
            self.assertEqual(asked, ["android.permission.INTERNET"])
            rules = aar.read("proguard.txt").decode()
            for kept in ("com.sun.jna.**", "com.telluspower.tellus.ffi.**", "RuntimeVisibleAnnotations"):
                self.assertIn(kept, rules)
            with zipfile.ZipFile(io.BytesIO(aar.read("classes.jar"))) as jar:
                inside = jar.namelist()
        self.assertIn("com/telluspower/tellus/TellusClient.class", inside)
        self.assertIn("com/telluspower/tellus/ffi/UniffiLib.class", inside)
        self.assertEqual([name for name in inside if name.endswith((".so", ".dylib", ".dll", ".pro"))], [])

    def test_the_same_bits_each_time(self) -> None:
        self.library(ABI, 16384)
        first, again = (Path(self.pack().stdout.strip()).read_bytes() for _ in range(2))
        self.assertEqual(first, again)

    def test_its_pom(self) -> None:
        self.library(ABI, 16384)
        self.assertEqual(self.pack().returncode, 0)
        (path,) = self.folder.glob("*.pom")
        space = "{http://maven.apache.org/POM/4.0.0}"
        pom = ET.parse(path).getroot()
        self.assertEqual(pom.findtext(f"{space}packaging"), "aar")
        wanted = {
            each.findtext(f"{space}artifactId"): (each.findtext(f"{space}type"), each.findtext(f"{space}version"))
            for each in pom.iter(f"{space}dependency")
        }
        self.assertEqual(sorted(wanted), ["jna", "kotlin-stdlib", "kotlinx-coroutines-core"])
        self.assertEqual({name: kind for name, (kind, _) in wanted.items() if kind}, {"jna": "aar"})
        self.assertTrue(all(version and version[0].isdigit() for _, version in wanted.values()), wanted)

    def test_small_pages_are_refused(self) -> None:
        self.library(ABI, 4096)
        self.refused("is aligned to 4 KB")

    def test_a_library_in_the_wrong_folder_is_refused(self) -> None:
        self.library("armeabi-v7a", 16384)
        self.refused(f"is for {ABI}, not for armeabi-v7a")

    def test_no_library_no_aar(self) -> None:
        (self.folder / "libraries").mkdir()
        self.refused("there is no library")
        (self.folder / "libraries" / ABI).mkdir()
        self.refused("No such file")

    def test_what_is_no_library_is_refused(self) -> None:
        target = self.folder / "libraries" / ABI
        target.mkdir(parents=True)
        (target / "libtellus_ffi.so").write_text("hello")
        self.refused("is no ELF file")


if __name__ == "__main__":
    unittest.main()
