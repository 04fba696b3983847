"""One forward pass in OpenVINO, when told.

    python openvino_peer.py SynthesisNetwork.xml THREADS
"""

import sys

import numpy as np
import openvino

from protocol import serve

core = openvino.Core()
compiled = core.compile_model(core.read_model(sys.argv[1]), "CPU", {
    "INFERENCE_PRECISION_HINT": "f32", "PERFORMANCE_HINT": "LATENCY", "INFERENCE_NUM_THREADS": int(sys.argv[2])})
request = compiled.create_infer_request()
w = np.random.default_rng(0).standard_normal((1, 512)).astype(np.float32) * 0.4
serve(f"OpenVINO {openvino.__version__}", {"forward": lambda: request.infer([w])})
