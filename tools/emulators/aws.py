"""AWS's command line as far as docs/deploy.md and its test use it, on boto3, which the emulators bring:
`aws SERVICE OPERATION --an-argument value`, `--query`, `--output text`, and the file that `lambda invoke` writes."""

import json
import sys

import boto3
import jmespath
from botocore import xform_name


def pairs(text):
    return dict(pair.split("=", 1) for pair in text.split(","))


def value_of(shape, texts):
    if shape.type_name == "boolean":
        return True
    if shape.type_name == "map":
        return pairs(texts[0])
    if shape.type_name == "list":
        return [pairs(text) for text in texts]
    return texts[0]


service, operation, *rest = sys.argv[1:]
client = boto3.client(service)
python_name = operation.replace("-", "_")
api_name = client.meta.method_to_api_mapping[python_name]
members = {
    xform_name(name, "-"): (name, shape)
    for name, shape in client.meta.service_model.operation_model(api_name).input_shape.members.items()
}

options, positional, current = {}, [], None
for text in rest:
    if text.startswith("--"):
        current = text[2:]
        options[current] = []
    elif current is not None:
        options[current].append(text)
        if current in ("function-name", "query"):
            current = None
    else:
        positional.append(text)

query = options.pop("query", [None])[0]
output = options.pop("output", ["json"])[0]
reply = getattr(client, python_name)(
    **{members[name][0]: value_of(members[name][1], texts) for name, texts in options.items()}
)
del reply["ResponseMetadata"]
for name, stream in [(name, value) for name, value in reply.items() if hasattr(value, "read")]:
    del reply[name]
    with open(positional[0], "ab") as file:
        file.write(stream.read() + b"\n")
found = reply if query is None else jmespath.search(query, reply)
print("\t".join(found if isinstance(found, list) else [str(found)]) if output == "text" else json.dumps(found, default=str))
