#!/bin/sh
# oslo.utils 10.2.0, the inspectors that OpenStack's services share: a bare FAT volume is raw and passes the safety
# check only if it has two allocation tables and the media descriptor of a fixed disk. One with a single table, or with
# the descriptor of removable media, both of which FAT allows, is taken for a GPT disk and refused, as no partitions are
# defined in it. So a volume whose maker saved the second table is no image for Glance, and its format is said to be
# gpt. Whoever must store such volumes wraps them into a partition, or makes them with two tables.
#
# Seen on Python 3.11, of volumes of 16 MB made by pyfatfs 1.1.0:
#   2 tables, fixed disk: raw, passes
#   1 table, fixed disk: gpt, refused: GPT MBR has no partitions defined
#   2 tables, removable: gpt, refused: GPT MBR has no partitions defined
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
    oslo.utils==10.2.0 cryptography==46.0.3 pyfatfs==1.1.0 setuptools==80.9.0
cat > "$folder/look.py" <<'END_OF_PYTHON'
import sys
import warnings

warnings.simplefilter("ignore")
from oslo_utils.imageutils import format_inspector
from pyfatfs.PyFat import PyFat


def seen(tables, media):
    path = f"{sys.argv[1]}/{tables}-{media}.img"
    with open(path, "wb") as file:
        file.truncate(16 << 20)
    volume = PyFat()
    volume.mkfs(path, fat_type=PyFat.FAT_TYPE_FAT16, size=16 << 20, number_of_fats=tables, media_type=media)
    volume.close()
    inspector = format_inspector.detect_file_format(path)
    try:
        inspector.safety_check()
    except format_inspector.SafetyCheckFailed as error:
        return f"{inspector}, refused: {', '.join(map(str, error.failures.values()))}"
    return f"{inspector}, passes"


print("2 tables, fixed disk:", seen(2, 0xF8))
print("1 table, fixed disk:", seen(1, 0xF8))
print("2 tables, removable:", seen(2, 0xF0))
END_OF_PYTHON
found=$("$folder/venv/bin/python" "$folder/look.py" "$folder")
echo "$found"
[ "$found" = "2 tables, fixed disk: raw, passes
1 table, fixed disk: gpt, refused: GPT MBR has no partitions defined
2 tables, removable: gpt, refused: GPT MBR has no partitions defined" ]
