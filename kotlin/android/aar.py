"""Packs the AAR and its POM: aar.py --jar JAR --libraries DIR --out DIR. The libraries lie in a folder for each ABI."""

from __future__ import annotations

import argparse
import io
import sys
import xml.etree.ElementTree as ET
import zipfile
from collections.abc import Iterator
from pathlib import Path

import elf

ANDROID = Path(__file__).parent
POM = ANDROID.parent / "pom.xml"
RULES = "META-INF/proguard/tellus.pro"
LIBRARY = "libtellus_ffi.so"
MAVEN = "http://maven.apache.org/POM/4.0.0"
# The same input gives the same file, bit by bit.
WHEN = (1980, 1, 1, 0, 0, 0)


def classes(jar: zipfile.ZipFile) -> bytes:
    """The jar without what only a JVM needs: libraries of desktops, and the rules, which have a place of their own."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        for name in sorted(jar.namelist()):
            keep = name.endswith((".class", ".kotlin_module", ".kotlin_builtins"))
            if keep:
                put(packed, name, jar.read(name))
    return out.getvalue()


def put(packed: zipfile.ZipFile, name: str, data: bytes) -> None:
    info = zipfile.ZipInfo(name, WHEN)
    info.compress_type = zipfile.ZIP_DEFLATED
    info.external_attr = 0o644 << 16
    packed.writestr(info, data)


def libraries(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Each library under its place in the AAR, checked."""
    abis = sorted(path.name for path in folder.iterdir() if path.is_dir())
    if not abis:
        raise elf.BadLibrary(f"there is no library in {folder}")
    for abi in abis:
        library = folder / abi / LIBRARY
        elf.check(library, abi)
        yield f"jni/{abi}/{LIBRARY}", library.read_bytes()


def pack(jar: Path, folder: Path, out: Path) -> Path:
    """Writes the AAR, and the POM beside it. Returns the AAR."""
    version = ET.parse(POM).getroot().findtext(f"{{{MAVEN}}}version")
    aar = out / f"tellus-sdk-android-{version}.aar"
    found = dict(libraries(folder))
    with zipfile.ZipFile(jar) as opened, zipfile.ZipFile(aar, "w") as packed:
        put(packed, "AndroidManifest.xml", (ANDROID / "AndroidManifest.xml").read_bytes())
        put(packed, "classes.jar", classes(opened))
        put(packed, "R.txt", b"")
        put(packed, "proguard.txt", opened.read(RULES))
        for name, data in found.items():
            put(packed, name, data)
    aar.with_suffix(".pom").write_bytes(pom())
    return aar


def pom() -> bytes:
    """The library's own, as that of an AAR: with JNA for Android, which brings its native part, and without tests."""
    ET.register_namespace("", MAVEN)
    root = ET.parse(POM).getroot()

    def child(parent: ET.Element, name: str) -> ET.Element:
        found = parent.find(f"{{{MAVEN}}}{name}")
        if found is None:
            found = ET.SubElement(parent, f"{{{MAVEN}}}{name}")
        return found

    child(root, "artifactId").text = "tellus-sdk-android"
    child(root, "packaging").text = "aar"
    properties = {each.tag.rpartition("}")[2]: each.text or "" for each in child(root, "properties")}
    for name in ("build", "properties"):
        root.remove(child(root, name))
    dependencies = child(root, "dependencies")
    for dependency in list(dependencies):
        if child(dependency, "scope").text == "test":
            dependencies.remove(dependency)
            continue
        child(dependency, "scope").text = "compile"
        version = child(dependency, "version")
        version.text = properties[(version.text or "").strip("${}")]
        if child(dependency, "artifactId").text == "jna":
            child(dependency, "type").text = "aar"
    ET.indent(root)
    return ET.tostring(root, "utf-8", xml_declaration=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("jar", "libraries", "out"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    told = parser.parse_args()
    try:
        print(pack(told.jar, told.libraries, told.out))
    except (elf.BadLibrary, OSError) as error:
        sys.exit(f"no AAR: {error}")


if __name__ == "__main__":
    main()
