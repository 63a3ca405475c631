"""Golden files for reading NumPy's formats: arrays of every type, order and version, and the bytes that they become.

Usage: python numpy_files.py      (writes numpy_files/ and numpy_files.json beside this file)
Needs: pip install numpy
"""

import json
from pathlib import Path

import numpy as np

FOLDER = Path(__file__).parent / "numpy_files"
COUNT, HEIGHT, WIDTH = 3, 2, 4
random = np.random.default_rng(0)
BYTES = random.integers(0, 256, (COUNT, HEIGHT, WIDTH), dtype=np.uint8)
COLOURS = random.integers(0, 256, (COUNT, HEIGHT, WIDTH, 3), dtype=np.uint8)
UNIT = (BYTES / np.float32(255)).astype(np.float32)
STANDARD = ((UNIT - UNIT.mean()) / UNIT.std()).astype(np.float32)
LABELS = np.array([2, 0, 1])

IMAGES = {
    "uint8": BYTES,
    "uint8_fortran": np.asfortranarray(BYTES),
    "colours": COLOURS,
    "colours_fortran": np.asfortranarray(COLOURS),
    "colours_planar": np.ascontiguousarray(COLOURS.transpose(0, 3, 1, 2)),
    "flat": random.integers(0, 256, (COUNT, 9), dtype=np.uint8),
    "int64": BYTES.astype("<i8"),
    "int16_big": BYTES.astype(">i2"),
    "bool": BYTES > 128,
    "unit_float16": UNIT.astype("<f2"),
    "unit_float32": UNIT,
    "unit_float64_big": UNIT.astype(">f8"),
    "standard_float32": STANDARD,
    "standard_fortran_big": np.asfortranarray(STANDARD.astype(">f4")),
}
ONE_HOT = np.eye(3)[LABELS]
LABEL_FILES = {
    **{f"labels_{kind}": LABELS.astype(kind) for kind in ["u1", "i1", "u2", "i2", "u4", "i4", "u8", "i8", "f4", "f8"]},
    "labels_i8_big": LABELS.astype(">i8"),
    "labels_column": LABELS.reshape(3, 1),
    "labels_one_hot": ONE_HOT,
    "labels_one_hot_bool": ONE_HOT.astype(bool),
    "labels_one_hot_fortran": np.asfortranarray(ONE_HOT.astype(np.float32)),
}


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    for name, array in {**IMAGES, **LABEL_FILES}.items():
        np.save(FOLDER / f"{name}.npy", array)
    for version in (2, 3):
        with (FOLDER / f"version{version}.npy").open("wb") as file:
            np.lib.format.write_array(file, BYTES, version=(version, 0))
    parts = {"x_train": BYTES, "y_train": LABELS, "x_test": BYTES[:1], "y_test": LABELS[:1]}
    np.savez(FOLDER / "stored.npz", **parts)
    np.savez_compressed(FOLDER / "deflated.npz", **parts)
    np.savez(
        FOLDER / "med.npz",
        **{f"{part}_images": COLOURS for part in ("train", "val", "test")},
        **{f"{part}_labels": LABELS.reshape(3, 1) for part in ("train", "val", "test")},
    )
    images = {**IMAGES, "version2": BYTES, "version3": BYTES}
    text = json.dumps(
        {
            "numpy": np.__version__,
            "labels": LABELS.tolist(),
            "labelFiles": list(LABEL_FILES),
            "images": {name: expected(array) for name, array in images.items()},
        }
    )
    FOLDER.with_suffix(".json").write_text(text + "\n")


def expected(array: np.ndarray) -> dict:
    if array.shape[1] == 3 and array.ndim == 4:
        array = array.transpose(0, 2, 3, 1)
    if array.dtype == np.uint8:
        return {"bytes": array.ravel().tolist()}
    values = array.astype(np.float32).astype(np.float64)
    low, high = values.min(), values.max()
    if low >= 0 and high <= 1:
        low, high = 0.0, 1.0
    elif low >= 0 and high <= 255 and (values == np.rint(values)).all():
        low, high = 0.0, 255.0
    scaled = np.rint(255 * (values - low) / (high - low))
    return {
        "bytes": scaled.astype(int).ravel().tolist(),
        "scaling": {"minimum": float(low), "maximum": float(high)},
    }


if __name__ == "__main__":
    main()
