"""Checks ONNX files that the tests export: with ONNX's checker, and in onnxruntime against optimbench's predictions.

Usage: OPTIMBENCH_ONNX=folder npx vitest run test/onnx test/inference/saved-models.test.ts
       python onnx_files.py folder
Needs: pip install onnx onnxruntime numpy
"""

import pathlib
import sys

import numpy as np
import onnx
import onnxruntime

folder = pathlib.Path(sys.argv[1])
options = onnxruntime.SessionOptions()
options.log_severity_level = 3
files = sorted(folder.glob("*.images"))
worst, operators = 0.0, set()
for images in files:
    model = onnx.load(images.with_suffix(".onnx"))
    onnx.checker.check_model(model, full_check=True)
    operators |= {node.op_type for node in model.graph.node}
    session = onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    (taken,) = session.get_inputs()
    pixels = np.fromfile(images, np.uint8 if taken.type == "tensor(uint8)" else np.float32)
    pixels = pixels.reshape(-1, *taken.shape[1:])
    expected = np.fromfile(images.with_suffix(".probabilities"), np.float32).reshape(len(pixels), -1)
    for batch in (1, 7, 64):
        for first in range(0, len(pixels), batch):
            probabilities, logits = session.run(None, {"images": pixels[first : first + batch]})
            assert logits.shape == probabilities.shape
            worst = max(worst, np.abs(probabilities - expected[first : first + batch]).max())
print(f"onnx {onnx.__version__}, onnxruntime {onnxruntime.__version__}: {len(files)} models in batches of 1, 7 and 64")
print("operators:", ", ".join(sorted(operators)))
print(f"largest difference of a probability: {worst:.1e}")
sys.exit(int(not files or worst >= 1e-5))
