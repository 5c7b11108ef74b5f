"""Counts the tests in the JUnit XML reports below a directory; prints the closing line and fails when there are none."""
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

passed = failed = skipped = 0
for report in Path(sys.argv[1]).rglob("TEST-*.xml"):
    suite = ElementTree.parse(report).getroot()
    tests, bad, out = (sum(int(suite.get(name, 0)) for name in names)
                       for names in (("tests",), ("failures", "errors"), ("skipped",)))
    passed += tests - bad - out
    failed += bad
    skipped += out
print(f"{passed} passed, {failed} failed, {skipped} skipped")
sys.exit(0 if passed and not failed else 1)
