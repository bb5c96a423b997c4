# SPDX-License-Identifier: Apache-2.0
"""What becomes of a packet and of a round, as functions: intake, who is asked again, silence, conflicts,
the verdict (design, sections 7 to 9; docs/clocks.md; docs/rules.md; docs/architecture.md).
"""
import collections

import checks
import clocks
from schema import SCHEMA

Book = collections.namedtuple("Book", "process dictionary packs")  # the definitions a round is held to
Intake = collections.namedtuple("Intake", "gates missing office seats limit_class findings")
REMINDERS_MIN = 2
OPEN_CONFLICTS = ("proposed", "confirmed")


# ---- intake ------------------------------------------------------------------------------------------


def take_in(book, packet, waived=()):
    """Returns what intake finds: failed gates that are not @waived, what is missing, the office's items,
    the seats involved, the class of the limit, and the findings of every department."""
    process, stage = book.process, book.process.stages[0]
    scope = checks.scope_of(packet, book.dictionary, process.settings)
    own = {name: checks.check(book.packs[name].rules, scope)
           for name in filter(None, (process.gate, process.lead))}
    missing, seats, findings = {}, [], {}
    for name, rows in own.items():
        merge(missing, checks.missing_of(rows, name))
    for seat in stage.seats:
        answer, paths, _ = checks.judge(seat.when or "true", scope)
        merge(missing, {(path, ""): {(seat.department, process.id)} for path in paths})
        if not answer:
            continue
        seats.append(seat)
        findings[seat.department] = checks.check(book.packs[seat.department].rules, scope)
        if process.completeness == "all":
            merge(missing, checks.missing_of(findings[seat.department], seat.department))
    limit_class, unknown = class_of(stage, scope)
    merge(missing, {(path, ""): {(name, process.id)} for name, paths in unknown for path in paths})
    failed = [row for row in own.get(process.gate, ()) if row.state == "failed"]
    gates = [row for row in failed if is_gate(row.rule) and row.rule.id not in waived]
    office = [row for row in failed if not is_gate(row.rule)]
    office += [row for row in own.get(process.lead, ()) if row.state == "failed"]
    return Intake(gates, missing, office, seats, limit_class, findings)


def is_gate(rule):
    return rule.severity == "must" and rule.on_fail == "reject"


def merge(missing, more):
    for path, askers in more.items():
        missing.setdefault(path, set()).update(askers)


def class_of(stage, scope):
    """Returns the first class that fits, and what has to be known to say so of one before it."""
    unknown = []
    for row in stage.classes:
        answer, paths, _ = checks.judge(row.when or "true", scope)
        if answer is None:
            unknown.append((row.id, paths))
        elif answer and not unknown:
            return row, unknown
    return None, unknown[:1]


def limit_of(stage, seat, limit_class, number):
    """The seat's own limit, else that of the class; a shorter one from round 2 on."""
    if number > 1 and stage.rereview_limit:
        return stage.rereview_limit
    return seat.limit or (limit_class and limit_class.limit)


# ---- who is asked again ------------------------------------------------------------------------------


def changed_inputs(seat, old, new):
    """Returns whether what the department looks at is another. @old and @new are (book, packet)."""
    (old_book, old_packet), (new_book, new_packet) = old, new
    stage, pack = new_book.process.stages[0], new_book.packs[seat.department]
    if SCHEMA.encode("Pack", pack) != SCHEMA.encode("Pack", old_book.packs[seat.department]):
        return True
    paths = checks.inputs_of(pack, seat, new_book.dictionary)
    if settings_of(paths, old_book) != settings_of(paths, new_book):
        return True
    if any(checks.looked_at(path, old_packet) != checks.looked_at(path, new_packet)
           for path in paths):
        return True
    documents = [checks.documents_of(seat.documents, packet, stage.document_list)
                 for packet in (old_packet, new_packet)]
    return documents[0] != documents[1]


def settings_of(paths, book):
    return {row.name: checks.setting_of(row) for row in book.process.settings
            if f"cfg.{row.name}" in paths}


def gave_nothing(review):
    """Silent, or decided for: there is no opinion to keep."""
    return (not (review.opinion or review.result == "tacit") or review.decided_by != ""
            or review.result == "not_competent")


# ---- silence -----------------------------------------------------------------------------------------


def silence(seat, review, department, days):
    """Returns what the silence means and the first condition of consent that is not met."""
    means = seat.silence.disposition if seat.silence else "escalate"
    if means != "tacit":  # nobody asks why a silence is no consent where none is provided for
        return means, "none"
    barriers = (
        ("not_provided", not seat.silence.basis),
        ("safety_critical", department.safety_critical),
        ("not_received", not review.received_at or review.received_at > clocks.half_of(
            days, review.limit, review.dispatched_at, review.holds, review.extensions)),
        ("not_reminded", review.reminders < REMINDERS_MIN),
        ("clock_changed", bool(review.holds or review.extensions)),
        ("must_check", review.must_open),
        ("provisional", review.provisional))
    barrier = next((name for name, stands in barriers if stands), "none")
    return ("tacit" if barrier == "none" else "escalate"), barrier


# ---- conflicts ---------------------------------------------------------------------------------------


def conflicts_of(process, opinions):
    """Returns the contradictions between opinions: (pair, department, its items, department, its items)
    of each; no items: the opinion as a whole. @opinions are in the order of the seats."""
    found = []
    sides = [(one, other) for one in opinions.items() for other in opinions.items() if one != other]
    for pair in process.incompatible:
        for one, other in sides:
            found += declared(pair, one, other)
    for one, other in sides:
        if not any(row[:4:3] == ("", one[0]) and row[1] == other[0] for row in found):
            found += marks(process, one, other, found)  # a mark that is returned is the same contradiction
    return found


def marks(process, one, other, found):
    """Returns what the marks of the items of @one against @other come to: one contradiction. What a
    pair has between the same items is @found already."""
    between = [{row[1]: row[2], row[3]: row[4]} for row in found
               if {row[1], row[3]} == {one[0], other[0]}]
    against = {number: marked(process, item, other[1])
               for number, item in enumerate(one[1]["items"], 1) if item.against == other[0]}
    numbers = [number for number, there in against.items()
               if not any(number in row[one[0]] and (not there or set(there) & set(row[other[0]]))
                          for row in between)]
    items = dict.fromkeys(there for number in numbers for there in against[number])
    return [("", one[0], tuple(numbers), other[0], tuple(items))] if numbers else []


def claims_of(process, opinion):
    """Returns the numbers of the items that can contradict: those of severity must and marks; first
    those that a pair or a mark is about."""
    words = {word for pair in process.incompatible for word in (*pair.one, *pair.other)}
    rows = [(not (item.against or {item.rule_id, item.matter} & words), number)
            for number, item in enumerate(opinion["items"], 1)
            if item.severity == "must" or item.against]
    return [number for _, number in sorted(rows)]


def standing(side, opinion):
    """Returns the items, of severity must or marked against another, that stand on one side of a pair:
    number and place."""
    return [(number, item.place) for number, item in enumerate(opinion["items"], 1)
            if (item.severity == "must" or item.against) and {item.rule_id, item.matter} & set(side)]


def declared(pair, one, other):
    rows = standing(pair.one, one[1]), standing(pair.other, other[1])
    if not all(rows):
        return []
    numbers = [tuple(number for number, _ in row) for row in rows]
    if not pair.same_place:
        return [(pair.id, one[0], numbers[0], other[0], numbers[1])]
    places = sorted({place for _, place in rows[0]} & {place for _, place in rows[1]} - {""})
    return [(pair.id, one[0], *(tuple(number for number, there in rows[0] if there == place),
                                other[0],
                                tuple(number for number, there in rows[1] if there == place)))
            for place in places]


def marked(process, item, opinion):
    """Returns the numbers of the items that a mark is against: those on the matter that it names, else
    on its own matter or place; none: the opinion as a whole."""
    if item.against_item:
        return (item.against_item,)
    rows = [(number, opinion["items"][number - 1]) for number in claims_of(process, opinion)]
    if item.against_matter:
        return tuple(number for number, row in rows if row.matter == item.against_matter)
    return tuple(number for number, row in rows
                 if row.matter == item.matter or (row.place and row.place == item.place))


def items_anew(process, conflict, side, opinions):
    """Returns the items with which a department that gave its opinion anew stands in a conflict."""
    opinion, one = opinions[side.department], opinions.get(conflict.one.department)
    pair = next((row for row in process.incompatible
                 if row.id == conflict.pair.split("@")[0]), None)
    if pair:
        sides, other = ((pair.one, conflict.other) if side is conflict.one
                        else (pair.other, conflict.one))
        there = {opinions[other.department]["items"][number - 1].place for number in other["items"]}
        return [number for number, place in standing(sides, opinion)
                if not pair.same_place or place in there]
    if side is conflict.one:
        return [number for number, item in enumerate(opinion["items"], 1)
                if item.against == conflict.other.department]
    numbers = [number for row in conflict.one["items"] if row <= len(one["items"])
               for number in marked(process, one["items"][row - 1], opinion)]
    return list(dict.fromkeys(numbers))


# ---- the verdict -------------------------------------------------------------------------------------


def counts_as(review, opinion, conflicts):
    """Returns the result, agree where rulings left nothing of what it rested on."""
    if review.result not in ("conditional", "disagree"):
        return review.result
    sides = [side for conflict in conflicts if conflict.state == "ruled"
             for side in (conflict.one, conflict.other)
             if side.overruled and side.department == review.department]
    overruled = {number for side in sides for number in side["items"]}
    musts = {number for number, item in enumerate(opinion["items"] if opinion else (), 1)
             if item.severity == "must"}
    is_left = musts - overruled if overruled else not any(side.whole for side in sides)
    return review.result if is_left else "agree"


def verdict_of(reviews, opinions, office_items, conflicts):
    """Returns the outcome of the round, None while there is none."""
    if any(review.state in ("open", "held", "not_competent") for review in reviews):
        return None
    if any(conflict.state in OPEN_CONFLICTS for conflict in conflicts):
        return None
    results = [counts_as(review, opinions.get(review.department), conflicts) for review in reviews]
    effects = [item.effect for item in office_items if not item.set_aside_reason]
    if "disagree" in results:
        return "returned"
    if any(review.state == "overdue" for review in reviews):
        return None
    if "reject" in effects:
        return "returned"
    is_ruled = any(conflict.state == "ruled" and conflict.demand for conflict in conflicts)
    if "conditional" in results or "condition" in effects or is_ruled:
        return "conditional"
    return "passed"
