"""Writes pyyaml.json: texts, and the JSON that PyYAML makes of each as SAM configures it; null for what it refuses.

    python3 crates/workflow-asl/tests/pyyaml.py > crates/workflow-asl/tests/pyyaml.json

PyYAML 6.0.3. Dates stay text, since JSON has none.
"""

import json
import random

import yaml

TEMPLATE = """\
Resources:
  Role:
    Policy: {
      "Version": "2012-10-17",
      "Statement": [
        {"Effect": "Allow", "Action": ["sts:AssumeRole"]}
      ]
    }
  SM:
    Text: !Sub |
      {
        "StartAt": "A",

        "States": {"A": {"Type": "Pass"}}
      }
    Tags:
    - Key: a
      Value: "x
        y"
    - Key: 'it''s'
      Value: >-
        folded
        text

        para
    Base: &base
      k: v
    More:
      <<: *base
      z: [1, 2,
        3]
    Arn: !GetAtt Fn.Arn  # why
"""

SCALARS = """\
yes No on OFF y ~ Null True 1_000 012 0o17 0x1F 0b101 -0b11 12:30 -190:20:30 12:30:45.5 1:60 1e3 1.5e+3 1.5e3 1. .5 -.5
+.5 -0 00 09 012345678901 01234567 99999999999999999999999 1.2.3 2024-01-01 0. _1 1__2 1_.5 5.0E-2 ${X} $.a a#b -x ?x
""".split()

BLOCKS = [
    "a: |\n  x\n\n  y\n", "a: |-\n  x\n\n", "a: |+\n  x\n\n", "a: >\n  x\n  y\n\n   z\n  u\n", "a: >-\n\n\n  x\n  y",
    "a: |2\n   x\n  y\n", "a: >1-\n  x\n y\n", "a: |  # why\n  x", "a:\n  b: |1\n    x\n", "a: |\n\n   x\n  y\n", "- |\n x\n- >\n y\n",
    "a: |\n  \tx\n  y \n", "a: |\r\n  x\r\n  y\r\n", "|\n x\n",
]

FLOWS = [
    'a: "{\n\\"b\\": 1\n}"\nc: 1\n', "a: 'x\ny'\n", "a: {\nb: 1\n}\n", "a: [\n1,\n2\n]\n", "a: {b: [\n  1\n], c: 2,\n}\n",
    'a: {"b":1,"c":[]}\n', "a: {\n\tb: 1,\n\tc: 2\n}\n", "a: [b: 1, c]\n", "a: {b, c: }\n", "a: [x\n y, z]\n",
    'a: "x\\\n   y\\n\\u00e4\\x41\\/"\n', "a: x\n  y\n\n  z\n", "a: x\n y: 1\n", "a:\n- 1\n- b: 2\n  c: 3\n-\n", "a: [1\n",
    "a: b: c\n", "a: - b\n", "? a\n: b\n", "a: !If [C, !Ref X, [!GetAtt F.Arn, !Sub '${Y}']]\n", "a: !Sub 5\n", "a: !Ref\n",
    "a: !GetAtt [F, Arn]\n", "a: !!str 5\nb: !!int '7'\n", "a: &x {b: 1}\nc: [*x, *x]\n", "a: {<<: [{b: 1}, {b: 2, c: 3}], c: 4}\n",
    "a: 1\n...\n", "---\na: 1\n", "%YAML 1.1\n---\na: 1\n", "a: 1\n---\nb: 1\n", "{a: 1}\n", "- 1\n- [2]\n", "a: @b\n", "a: %b\n",
    "a: 1\na: 2\n", "a:\n   b: 1\n  c: 2\n", "a: 'x''y'\n", "a: # c\n  # d\n  b: 1 # e\n", "a: 'x' # c\nb: x# c\n",
]


class Loader(yaml.SafeLoader):
    yaml_implicit_resolvers = {
        first: [(tag, form) for tag, form in forms if not tag.endswith((":timestamp", ":value"))]
        for first, forms in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


def function(loader, _, node):
    name = node.tag[1:]
    if isinstance(node, yaml.ScalarNode):
        value = node.value.split(".", 1) if name == "GetAtt" else loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        value = loader.construct_mapping(node, deep=True)
    return {name if name in ("Ref", "Condition") else f"Fn::{name}": value}


Loader.add_multi_constructor("!", function)


def read(text):
    try:
        return {"value": yaml.load(text, Loader=Loader)}
    except (yaml.YAMLError, ValueError):
        return None


def changed(text):
    """The text with its lines indented, broken or cut otherwise."""
    lines = text.split("\n")
    for _ in range(random.choice([1, 1, 2])):
        at = random.randrange(len(lines))
        line = lines[at]
        middle = random.randrange(len(line) + 1)
        lines[at] = random.choice([
            " " * random.randrange(1, 5) + line,
            line.removeprefix("  "),
            line.strip(),
            line[:middle] + "\n" + " " * random.randrange(8) + line[middle:],
            line[:middle] + random.choice("\"'[]{},:#&*!|>-?") + line[middle:],
            line[:middle] + line[middle + 1:],
            line + random.choice(["  ", " # c", "\r"]),
        ])
    return "\n".join(lines)


def main():
    random.seed(16)
    texts = [f"a: {scalar}\n" for scalar in SCALARS] + BLOCKS + FLOWS
    texts += [text.replace("\n", "\r\n") for text in FLOWS[:16]]
    texts += [changed(TEMPLATE) for _ in range(160)]
    cases = [[text, read(text)] for text in texts]
    print("[" + ",\n".join(json.dumps(case) for case in cases) + "]")


main()
