"""A small definition that is right, for tests to break in one place at a time."""

GOOD = """\
code: bench
name: {vi: Ghế đá, en: Bench}
process: time_bound
start: new
deadlines:
  verify: {working_days: 1}
  dispatch: {working_days: 1}
  done: {working_days: 7}
states:
  new:
    status: new
    name: {vi: Mới nhận, en: Received}
    due: verify
    reminders:
      - {before: {working_minutes: 60}, tell: [desk]}
    escalation:
      - {after: {working_minutes: 0}, tell: [desk]}
      - {after: {working_minutes: 240}, tell: [leader], repeat: 60}
  doing:
    status: doing
    name: {vi: Đang làm, en: Being handled}
    due: done
  waiting_resident:
    status: waiting
    name: {vi: Chờ trả lời, en: Waiting}
    stopped: true
    within: {working_days: 5}
  answered:
    status: answered
    name: {vi: Đang kiểm tra, en: Being checked}
  done:
    status: done
    name: {vi: Đã xong, en: Done}
  rejected:
    status: rejected
    name: {vi: Không tiếp nhận, en: Not taken on}
transitions:
  - {id: accept, verb: accept, from: [new], to: doing, by: [desk]}
  - {id: ask, verb: pause, from: [doing], to: waiting_resident, by: [unit]}
  - {id: reply, verb: resume, from: [waiting_resident], to: doing, by: [reporter, city]}
  - id: answer
    verb: answer
    from: [doing]
    to: answered
    by: [unit]
    needs: {photos: 1, or_text: 80}
    form:
      type: object
      properties:
        seats: {type: integer, minimum: 0}
  - {id: send_back, verb: send_back, from: [answered], to: doing, by: [desk]}
  - id: publish
    verb: publish
    from: [answered]
    to: done
    by: [desk] # publishes
  - {id: reject, verb: reject, from: [new], to: rejected, by: [desk]}
  - {id: reopen, verb: reopen, from: [done, rejected], to: doing, by: [reporter, desk]}
"""
