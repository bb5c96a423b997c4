# SPDX-License-Identifier: Apache-2.0
"""Random lives of proposals, from one seed, in an office on paper: packets with gaps and faults,
opinions of every result, holds, extensions, questions, conflicts, waivers, decisions, further rounds.

What an order may not do is refused, which leaves nothing in the journal.
"""
import base64
import copy

import virtual
from schema import SCHEMA, moment

HOUR = 3_600_000
RESULTS = ("agree", "agree", "agree", "agree", "conditional", "conditional", "disagree",
           "not_involved", "not_competent")
HOLDS = ("expert_review", "hearing", "public_notice", "superior", "force_majeure")
RULES = {"fire": ("FI-01", "FI-03", ""), "urban_management": ("UM-01", "UM-02", "")}
WAIVABLE = ("GATE-D1", "GATE-D2", "GATE-D3", "GATE-D5")
PLACES = ("L1", "L2", "")


def variants(process):
    """Returns processes that differ from @process: other silence, elapsed limits, conditions of seats,
    pairs that ask for one place, one round."""
    every = []
    for number in range(4):
        other = copy.deepcopy(process)
        other.id, stage = f"variant_{number}", other.stages[0]
        for place, seat in enumerate(stage.seats):
            if number in (1, 3) and seat.department != "fire":
                seat.limit = SCHEMA.new("Limit", hours=20 + 30 * place, basis="设定")
            if number == 2 and place % 3 == 1:
                seat.silence = SCHEMA.new("Silence", disposition="wait")
            if number == 2 and place % 3 == 2:
                seat.when = "project.adds_floor_area == false || size(technical.elevators) > 0"
        if number == 1:
            other.incompatible[0].same_place = True
        if number == 3:
            stage.rounds_max, stage.coordination, stage.rereview_limit = 0, None, None
            stage.question_window = None
        every.append(other)
    return every


def mutate(random, packet):
    """Returns the packet with a few fields absent or another."""
    packet = copy.deepcopy(packet)
    for _ in range(random.choice((0, 0, 0, 1, 1, 2, 6))):
        field = random.choice(packet.fields)
        if field.count is not None or field.path.endswith(("].id", "].code")):
            continue
        if field.flag is not None:
            field.flag = not field.flag
        elif field.number is not None and random.random() < 0.7:
            units = field.number.units * random.choice((0, 1, 2, 3)) // 2
            while field.number.places and units % 10 == 0:
                units, field.number.places = units // 10, field.number.places - 1
            field.number.units = units
        elif "[" not in field.path:
            packet.fields.remove(field)
    return packet


class Player:
    """One proposal and all that is done with it."""

    def __init__(self, random, office, packets, processes):
        self.random, self.office = random, office
        self.packets = packets
        self.packet = mutate(random, random.choice(packets))
        self.process = random.choice(processes)
        self.id = None

    def begin(self):
        if self.office.order("person:street", submit={
                "process": self.process, "title": "样例", "packet": self.told()}):
            self.id = self.office.events[-1][3]

    def told(self):
        return SCHEMA.to_json("Packet", self.packet)

    def step(self):
        """Does something that the state of the proposal suggests."""
        record = self.office.record(self.id)
        self.record = record
        status = record["status"]
        if status in ("gate_failed", "incomplete"):
            return self.mend()
        if status == "in_review":
            return self.review()
        if status in ("concluded", "approved"):
            return self.after()
        return None

    def order(self, author, **body):
        return self.office.order(author, **body)

    def ref(self, department=""):
        return {"proposal": str(self.id), "round": self.record["round"], "department": department}

    def proposal(self, **more):
        return {"proposal": str(self.id), **more}

    # ---- the applicant ----

    def revise(self, packet):
        self.packet = packet
        items = [{"item": item, "answer": "adopted"} for item in self.open_items()]
        return self.order("person:street", revise=self.proposal(
            packet=self.told(), reply="已改", items=items))

    def open_items(self):
        """Returns the ids of the must-items of the last round."""
        return [f"{self.record['number']}/{self.record['round']}/{review['department']}#{number}"
                for review in self.record["reviews"] for number in self.must_numbers(review)]

    def must_numbers(self, review):
        return self.office.musts.get((self.id, self.record["round"], review["department"]), ())

    def mend(self):
        kind = self.random.random()
        if kind < 0.25:
            self.waive()
        elif kind < 0.35:
            self.order("person:street", extendLimit={
                "review": self.ref(), "extension": {"workingDays": 5, "reason": "探测未完"}})
        elif kind < 0.4:
            self.order("person:street", withdraw=self.proposal(reason="不办了"))
        elif kind < 0.9:
            self.revise(mutate(self.random, self.random.choice(self.packets)))

    def waive(self):
        for row in self.record["failedGates"]:
            if self.order("person:office", requestWaiver=self.proposal(
                    ruleId=row["ruleId"], reason="特殊情况", document="〔2026〕1号")):
                self.order("person:approver", answerWaiver=self.proposal(
                    ruleId=row["ruleId"], granted=self.random.random() < 0.8, reason="不足"))

    # ---- a round ----

    def review(self):
        random, reviews = self.random, self.record["reviews"]
        kind, review = random.random(), random.choice(reviews)
        name = review["department"]
        open_conflicts = [row for row in self.record["conflicts"]
                          if row["state"] in ("proposed", "confirmed")]
        if open_conflicts and kind < 0.6:
            self.settle(random.choice(open_conflicts))
        elif kind < 0.5:
            self.give(review)
        elif kind < 0.62:
            self.order(f"agent:{name}/1", receiveReview={"review": self.ref(name)})
        elif kind < 0.72:
            self.hold(name)
        else:
            self.rarely(review)

    def rarely(self, review):
        random, name = self.random, review["department"]
        late = review["state"] == "overdue"
        orders = (
            ("person:office", {"remindReview": {"review": self.ref(name), "note": "请尽快"}}),
            ("person:office", {"deliverReview": {"review": self.ref(name), "means": "专人"}}),
            (f"person:{name}_head", {"extendLimit": {"review": self.ref(name), "extension": {
                **self.more(review, (1, 2, 3)), "reason": "复杂"}}}),
            ("person:office", {"extendLimit": {"review": self.ref(name), "extension": {
                **self.more(review, (1, 4)), "reason": "停机", "outage": True}}}),
            ("person:office", {"resumeClock": {"review": self.ref(random.choice((name, "")))}}),
            (f"person:{name}", {"askApplicant": {"review": self.ref(name), "questions": [
                {"text": "请说明", "path": random.choice(("", "project.estimate_wan"))}]}}),
            ("person:office", {"settleCompetence": {
                "review": self.ref(name), "confirmed": random.random() < 0.6, "reason": "核定"}}),
            ("person:approver", {"decideSilence": {"review": self.ref(name), "reason": "代定",
                                                   "result": random.choice(RESULTS[2:8])}}),
            ("person:office", {"reopenReview": {"review": self.ref(name), "ground": "safety",
                                                "reason": "涉及安全"}}),
        )
        if late and random.random() < 0.5:
            author, body = orders[7] if random.random() < 0.5 else orders[3]
        else:
            author, body = random.choice(orders)
        self.order(author, **body)
        if random.random() < 0.1:
            self.set_aside()
        if random.random() < 0.15:
            self.answer_correction()

    def answer_correction(self):
        sound = {field.path: field for packet in self.packets for field in packet.fields}
        for row in self.record["missing"]:
            if row["path"] in sound:
                self.packet.fields.append(sound[row["path"]])
        self.packet.fields.sort(key=lambda field: field.path.encode())
        self.order("person:street", revise=self.proposal(packet=self.told(), reply="已补"))

    def more(self, review, days):
        days = self.random.choice(days)
        is_counted = "workingDays" in (review["limit"] or {})
        return {"workingDays": days} if is_counted else {"seconds": days * 7200}

    def set_aside(self):
        for item in self.record["officeItems"][:1]:
            self.order("person:office", setAside=self.proposal(
                ruleId=item["ruleId"], element=item["element"], reason="条件受限"))

    def hold(self, name):
        random = self.random
        ends = self.office.now + random.choice((1, 5, 30, 60, 150)) * HOUR
        hold = {"reason": random.choice(HOLDS), "document": "〔2026〕2号", "endsAt": moment(ends)}
        if random.random() < 0.4:
            self.order(f"person:{name}", holdClock={"review": self.ref(name), "hold": hold})
            self.order("person:office", answerHold={
                "review": self.ref(name), "approved": random.random() < 0.8, "reason": "不必"})
        else:
            self.order("person:office", holdClock={
                "review": self.ref(random.choice((name, name, ""))),
                "hold": {**hold, "askedBy": name}})

    def give(self, review):
        name, random = review["department"], self.random
        result = random.choice(RESULTS)
        opinion = {"result": result, "reason": "" if result in RESULTS[:7] else "不在职责内"}
        others = [row["department"] for row in self.record["reviews"] if row["department"] != name]
        if result in ("conditional", "disagree"):
            opinion["items"] = [self.item(name, others) for _ in range(random.choice((1, 1, 2, 3)))]
            opinion["items"][0]["severity"] = "must"
        earlier = [row["item"]["id"] for row in self.record["answered"]
                   if row["department"] == name and row["item"]["severity"] == "must"]
        if earlier:
            opinion["closedItems"] = earlier
            for item in opinion.get("items", ()):
                item.update(ground="safety", groundReason="安全")
        if name == "utilities":
            opinion["parts"] = [{"owner": owner, "result": result} for owner in virtual.OWNERS]
            for item in opinion.get("items", ()):
                item["owner"] = "gas"
        verb = "giveOpinion"
        if review["state"] == "closed" and random.random() < 0.3 and not review["carriedForward"]:
            verb = "rectifyOpinion"
        body = {"review": self.ref(name), "opinion": opinion}
        if verb == "rectifyOpinion":
            body["reason"] = "笔误"
        if self.order(f"person:{name}", **{verb: body}):
            self.office.musts[self.id, self.record["round"], name] = [
                number for number, item in enumerate(opinion.get("items", ()), 1)
                if item["severity"] == "must"]

    def item(self, name, others):
        random = self.random
        item = {"matter": "fire", "place": random.choice(PLACES), "defect": "不符", "demand": "调整",
                "basis": "样例", "closing": "复核",
                "severity": random.choice(("must", "must", "advice")),
                "ruleId": random.choice(RULES.get(name, ("",)))}
        if item["ruleId"]:
            item["matter"] = {"F": "fire", "U": "greening"}[item["ruleId"][0]]
        if others and random.random() < 0.12:
            item["against"] = random.choice(others)
            if random.random() < 0.5:
                item["againstMatter"] = "fire"
        if random.random() < 0.2:
            item["closeBy"] = "2026-12-31"
        return item

    def settle(self, conflict):
        random = self.random
        body = self.proposal(number=conflict["number"], reason="经协调", document="〔2026〕3号")
        sides = [conflict["one"]["department"], conflict["other"]["department"]]
        if conflict["state"] == "proposed":
            self.order("person:office", settleConflict={
                **body, "step": random.choice(("confirm", "confirm", "dismiss"))})
        elif random.random() < 0.3:
            name = random.choice(sides)
            self.give(next(row for row in self.record["reviews"] if row["department"] == name))
        else:
            step = random.choice(("agree", "rule", "rule"))
            if step == "rule":
                body.update({"inFavour": random.choice(sides)} if random.random() < 0.6
                            else {"demand": "按裁定执行"})
            self.order("person:office", settleConflict={**body, "step": step})

    # ---- after the verdict ----

    def after(self):
        kind, outcome = self.random.random(), self.record["outcome"]
        verdict = {"verdict": self.record["verdict"], "reason": "审定"}
        late = [row for row in self.record["reviews"] if row["state"] == "overdue"
                or row["result"] == "tacit"]
        if late and kind < 0.3:
            self.after_silence(self.random.choice(late))
        elif kind < 0.4:
            kinds = ("signed", "sent_back", "rejected") if outcome != "returned" else ("rejected",)
            self.order("person:approver", decide=self.proposal(
                kind=self.random.choice(kinds), **verdict))
        elif kind < 0.8:
            if not self.revise(mutate(self.random, self.packet)) and self.random.random() < 0.5:
                self.order("person:office", grantRound=self.proposal(reason="再审一轮"))
        else:
            for review in self.record["reviews"]:
                for number in self.must_numbers(review):
                    self.order("person:office", closeCondition=self.proposal(
                        condition=f"{review['department']}#{number}", evidence="竣工图"))

    def after_silence(self, review):
        self.give(review)
        self.order("person:office", reopenReview={
            "review": self.ref(review["department"]), "ground": "law", "reason": "违反强条"})


def publish_variants(office, process):
    found = []
    for other in variants(process):
        data = SCHEMA.encode("Process", other)
        if office.order("office", publish={
                "kind": "process", "definition": base64.b64encode(data).decode()}):
            found.append(other.id)
    return found


def play(random, office, packets, processes, count):
    """Founds @count proposals, lets time pass and things happen to them until all is quiet."""
    office.musts = {}
    waiting = [Player(random, office, packets, processes) for _ in range(count)]
    players = []
    for _ in range(26):
        for _ in range(random.randrange(1 + count // 4)):
            if waiting:
                players.append(waiting.pop())
                players[-1].begin()
        for player in players:
            if player.id and random.random() < 0.7:
                for _ in range(random.choice((1, 2, 4, 9))):
                    player.step()
        hours = random.choice((0, 1, 3, 17, 24, 24, 50, 100))
        office.clock(office.now + hours * HOUR + random.randrange(60_000))
    office.clock(office.now + 60 * 24 * HOUR)
    return [player for player in players if player.id]
