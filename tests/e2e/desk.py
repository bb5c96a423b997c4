#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""People at their desks: what applicants and reviewers see and do without an agent, and what a
command that got no answer leaves behind.

usage: desk.py BUILD
"""
import json
import os
import signal
import sys

import office
from office import expect, expect_equal

ITEM = ("result: conditional\nitems:\n- {severity: must, place: L2, defect: d, "
        "demand: 净宽不小于 4.0 米, basis: GB 50016-2014 7.1.8}\n")


def write(place, name, text):
    path = place.path("run", name)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    return path


def refused(place, code, *arguments, **options):
    result = place.run(*arguments, **options)
    expect(result.returncode == 1 and result.stderr.startswith(f"refused: {code}: "),
           f"{' '.join(arguments)}: {result.returncode}, said {result.stderr!r}")
    return result


# ---- what there is to see ----------------------------------------------------------------------------


def preview(place):
    """A round that runs is shown as what is known so far, and is no verdict."""
    proposal = place.submit(office.sample(1))
    sheet = write(place, "opinion.yaml", ITEM)
    place.done("opine", f"{proposal}/1/fire", "--file", sheet, account="fire")

    shown = place.json("show", proposal)["preview"]
    expect_equal("marked", shown["preview"], True)
    expect_equal("its outcome", shown["outcome"], "unspecified")
    results = {opinion["department"]: opinion["result"] for opinion in shown["opinions"]}
    expect_equal("the results", results, {"planning": "unspecified", "fire": "conditional",
                                          "utilities": "unspecified",
                                          "urban_management": "unspecified"})
    items = [item["id"] for opinion in shown["opinions"] for item in opinion["items"]]
    expect_equal("the items", items, [f"{proposal}/1/fire#1"])
    for language, words in (("zh", ("预览", "待答复", "净宽不小于 4.0 米")),
                            ("en", ("preview", "open", "净宽不小于 4.0 米"))):
        text = place.done("show", proposal, account="planning", language=language)
        for word in words:
            expect(word in text, f"show has no {word}: {text}")
        expect("--recompute" not in text, "a preview cannot be recomputed")
    refused(place, "NO_VERDICT_YET", "verdict", proposal)

    place.done("withdraw", proposal, account="street")
    expect("preview" not in place.json("show", proposal), "what is withdrawn has a preview")


def main(arguments):
    if len(arguments) != 1:
        print(__doc__.strip().splitlines()[3], file=sys.stderr)
        return 2
    cases = office.Cases()
    with office.Office(arguments[0]) as place:
        place.start()
        for department in office.DEPARTMENTS:
            place.programs[department].stop()
        cases.run("the preview of a round", preview, place)
        cases.run("everything stops in order", place.stop)
        cases.run("the record is whole", place.verify)
    return cases.end()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
