"""Makes tracks/reference-field: field.xodr and stations.toml. Standard library only; the same bytes on every run.

    python3 tracks/make_reference_field.py           # writes both files
    python3 tracks/make_reference_field.py --check   # says whether they are what it would write
"""

import pathlib
import sys

import reference_roads
import reference_stations

OUT = pathlib.Path(__file__).with_name("reference-field")

files = {"field.xodr": reference_roads.field.xml(), "stations.toml": reference_stations.text()}
if "--check" in sys.argv:
    old = [name for name, text in files.items() if (OUT / name).read_text(encoding="utf-8") != text]
    sys.exit(f"not what the script makes: {', '.join(old)}" if old else 0)
OUT.mkdir(exist_ok=True)
for name, text in files.items():
    (OUT / name).write_text(text, encoding="utf-8", newline="\n")
