"""Event files as TensorBoard's own encoder writes them, and their content as TensorBoard reads it.

Needs `pip install tensorboard`. Writes event_files/events.json and event_files/events.tfevents.
"""

import json
from pathlib import Path

from tensorboard.backend.event_processing import event_accumulator
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.summary.writer.record_writer import RecordWriter

FOLDER = Path(__file__).parent / "event_files"
FILE = FOLDER / "events.tfevents"

STARTED = 1_700_000_000.25
EVENTS = [
    {"wallTime": STARTED, "step": 0, "scalars": {"validation/accuracy": 0.0, "loss": 2.302585}},
    {"wallTime": STARTED + 1.5, "step": 1, "scalars": {"validation/accuracy": 0.9375}},
    {"wallTime": STARTED + 3, "step": 127, "scalars": {"α": -1.5e-8, "a tag of more than 127 bytes " * 6: 1.0}},
    {"wallTime": STARTED + 4, "step": 100_000, "scalars": {"validation/accuracy": 1.0}},
]


def write():
    with FILE.open("wb") as file:
        writer = RecordWriter(file)
        writer.write(Event(wall_time=STARTED, file_version="brain.Event:2").SerializeToString())
        for event in EVENTS:
            values = [Summary.Value(tag=tag, simple_value=value) for tag, value in event["scalars"].items()]
            encoded = Event(wall_time=event["wallTime"], step=event["step"], summary=Summary(value=values))
            writer.write(encoded.SerializeToString())


def read():
    accumulator = event_accumulator.EventAccumulator(str(FILE)).Reload()
    return {
        tag: [{"wallTime": each.wall_time, "step": each.step, "value": each.value} for each in accumulator.Scalars(tag)]
        for tag in accumulator.Tags()["scalars"]
    }


FOLDER.mkdir(exist_ok=True)
write()
content = {"started": STARTED, "events": EVENTS, "read": read()}
(FOLDER / "events.json").write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n")
