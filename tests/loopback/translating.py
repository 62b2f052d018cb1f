"""Run with SAM's translator on the path: reads a SAM template, and writes the CloudFormation template."""

import importlib
import json
import sys

parser = importlib.import_module("samtranslator.parser.parser")  # the Python of the tests has none of it
translator = importlib.import_module("samtranslator.translator.translator")

if __name__ == "__main__":
    template = json.load(sys.stdin)
    translated = translator.Translator({}, parser.Parser()).translate(template, {})
    json.dump(translated, sys.stdout)
