"""Golden file for reading images: an image of every supported kind, and the pixels that Pillow reads from it.

Usage: python images.py      (writes images/ and images.json beside this file)
Needs: pip install pillow numpy
"""

import json
from pathlib import Path

import numpy as np
import PIL
from PIL import Image, ImageOps

FOLDER = Path(__file__).parent / "images"
HEIGHT, WIDTH = 4, 6


def main() -> None:
    random = np.random.default_rng(0)
    grey = random.integers(0, 256, (HEIGHT, WIDTH), dtype=np.uint8)
    colour = random.integers(0, 256, (HEIGHT, WIDTH, 3), dtype=np.uint8)
    alpha = random.choice(np.array([0, 255], dtype=np.uint8), (HEIGHT, WIDTH, 1))
    smooth = Image.fromarray(colour).resize((12, 8)).convert("RGB")

    FOLDER.mkdir(exist_ok=True)
    Image.fromarray(grey).save(FOLDER / "grey.png")
    Image.fromarray(grey.astype(np.uint16) * 256 + 77).save(FOLDER / "grey16.png")
    Image.fromarray(grey).convert("1").save(FOLDER / "bits.png")
    Image.fromarray(colour).save(FOLDER / "colour.png")
    Image.fromarray(colour).quantize(8).save(FOLDER / "palette.png")
    Image.fromarray(np.concatenate([colour, alpha], 2)).save(FOLDER / "transparent.png")
    Image.fromarray(colour).save(FOLDER / "colour.webp", lossless=True)
    smooth.save(FOLDER / "colour.jpg", quality=95)
    smooth.convert("L").save(FOLDER / "grey.jpeg", quality=95)
    exif = Image.Exif()
    exif[0x0112] = 6  # orientation: turned by 90 degrees
    smooth.save(FOLDER / "turned.jpg", quality=95, exif=exif)

    expected = {path.name: pixels(path) for path in sorted(FOLDER.iterdir())}
    path = FOLDER.with_suffix(".json")
    path.write_text(json.dumps({"pillow": PIL.__version__, "images": expected}) + "\n")


def pixels(path: Path) -> dict:
    image = ImageOps.exif_transpose(Image.open(path))
    if image.mode == "I;16":
        image = Image.fromarray((np.asarray(image) >> 8).astype(np.uint8))
    if image.mode == "RGBA":
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
    shown = image.convert("L" if image.mode in ("L", "1") else "RGB")
    return {
        "height": shown.height,
        "width": shown.width,
        "channels": len(shown.getbands()),
        "pixels": np.asarray(shown).ravel().tolist(),
        "grey": np.asarray(shown.convert("L")).ravel().tolist(),
    }


if __name__ == "__main__":
    main()
