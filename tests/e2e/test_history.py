#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The history checker accepts a good history and rejects bad ones, each for its own reason."""
import copy
import unittest

import history


def entry(seq, **more):
    return {"seq": str(seq), "at": f"2026-03-10T10:00:{seq:02d}.000+08:00", "kind": "event",
            "leaf": f"leaf{seq}", **more}


def good_journal():
    return [
        entry(1, kind="received"),
        entry(2, receivedSeq="1", commandIndex=0, commandId="aa",
              event={"proposal": "1", "proposalSubmitted": {"packet": "p1"}}),
        entry(3, receivedSeq="1", commandIndex=0, commandId="aa",
              event={"proposal": "1", "roundOpened": {
                  "round": 1, "reviews": [{"department": "fire"}, {"department": "planning"}]}}),
        entry(4, kind="head"),
        entry(5, kind="received"),
        entry(6, receivedSeq="5", commandIndex=0, commandId="bb",
              event={"proposal": "1", "opinionGiven": {
                  "round": 1, "department": "fire", "opinion": "f1"}}),
        entry(7, receivedSeq="5", commandIndex=1, commandId="cc",
              event={"proposal": "1", "opinionGiven": {
                  "round": 1, "department": "planning", "opinion": "g1"}}),
        entry(8, receivedSeq="5", commandIndex=1, commandId="cc",
              event={"proposal": "1", "verdictIssued": {"round": 1, "verdict": "v1"}}),
        entry(9, kind="head"),
    ]


def good_answers():
    return [{"op": "submit", "command": "aa", "sent": 1, "answer": "receipt", "proposal": "1",
             "number": "LJHS-2026-0001", "seq": "1", "index": 0, "leaf": "leaf1", "head": "h4",
             "packet": "p1"}]


def faults_of(journal, answers):
    faults = []
    history.check(journal, [answers], faults.append)
    return faults


class TheCheckerRejects(unittest.TestCase):
    def assert_fault(self, journal, answers, words):
        faults = faults_of(journal, answers)
        self.assertTrue(any(words in fault for fault in faults), faults)

    def test_nothing_in_a_good_history(self):
        self.assertEqual(faults_of(good_journal(), good_answers()), [])

    def test_an_acknowledged_submission_that_is_lost(self):
        journal = [e for e in good_journal() if "proposalSubmitted" not in e.get("event", {})]
        self.assert_fault(journal, good_answers(), "is lost")

    def test_a_submission_recorded_twice(self):
        journal = good_journal()
        doubled = copy.deepcopy(journal[1])
        doubled["seq"], doubled["event"]["proposal"] = "10", "2"
        doubled["at"] = "2026-03-10T10:00:10.000+08:00"
        self.assert_fault(journal + [doubled], good_answers(), "recorded as two proposals")

    def test_a_packet_that_changed(self):
        journal = good_journal()
        journal[1]["event"]["proposalSubmitted"]["packet"] = "p2"
        self.assert_fault(journal, good_answers(), "not the one that was sent")

    def test_a_second_opinion(self):
        journal = good_journal()
        second = copy.deepcopy(journal[5])
        second["seq"], second["event"]["opinionGiven"]["opinion"] = "10", "f2"
        second["at"] = "2026-03-10T10:00:10.000+08:00"
        self.assert_fault(journal + [second], good_answers(), "recorded 2 times")

    def test_a_verdict_before_an_opinion(self):
        journal = good_journal()
        del journal[6]
        self.assert_fault(journal, good_answers(), "before the opinions of ['planning']")

    def test_a_repeat_answered_otherwise(self):
        answers = good_answers()
        answers.append({**answers[0], "proposal": "2"})
        self.assert_fault(good_journal(), answers, "proposal was 1, then 2")

    def test_a_refused_command_that_was_recorded(self):
        answers = [{"op": "submit", "command": "aa", "sent": 1, "answer": "refusal",
                    "code": "PACKET_INVALID"}]
        self.assert_fault(good_journal(), answers, "refused and recorded")

    def test_a_gap_in_the_journal(self):
        journal = good_journal()
        del journal[3]
        self.assert_fault(journal, good_answers(), "entry 5 where 4 is due")

    def test_a_receipt_of_another_entry(self):
        answers = good_answers()
        answers[0]["leaf"] = "leaf9"
        self.assert_fault(good_journal(), answers, "not that of entry 1")


if __name__ == "__main__":
    unittest.main()
