import { expect, test } from 'vitest'
import { Hub } from '../../../src/core/hub.ts'
import { type Standing, StandingBoard, standingOf } from '../../../src/core/standing.ts'
import type { Payload } from '../../../src/shared/datagram.ts'
import type { Problem } from '../../../src/shared/health.ts'
import { FakeClock } from '../../support/fake-clock.ts'

const PROBLEM: Problem = { code: 'journal_disk_full', message: 'The disk is full.', remedy: 'Make room.' }

function stage() {
  const clock = new FakeClock()
  const hub = new Hub({ clock, epoch: 'e' })
  const problems: Problem[] = []
  const board = new StandingBoard(clock, () => standingOf(hub.folded, problems))
  const heard: Standing[] = []
  return { clock, hub, problems, board, heard }
}

const raise = (hub: Hub, alarm: string) => hub.report('panel', 'press', 'alarm_raised', { alarm, priority: 'high' })

function says(hub: Hub, machine: string, type: string, payload: Payload): void {
  const body = { machine_name: machine, type, payload }
  hub.append('machine', body, JSON.stringify(body))
}

test('it is folded from the log, with the panel’s own problems', () => {
  const { hub, problems, board } = stage()
  problems.push(PROBLEM)
  raise(hub, 'a')
  for (const machine of ['press', 'lathe']) says(hub, machine, 'machine_registered', {})
  hub.report('panel', 'lathe', 'machine_stale', { last_event_at: 1 })
  const wish = { type: 'go', payload: {}, by: 'x', session: 's', expectation: { kind: 'transition' }, deadline: 1 }
  hub.report('operator', 'press', 'command_requested', { ...wish, id: 'command-1' })
  hub.report('operator', 'press', 'command_requested', { ...wish, id: 'command-2' })
  hub.report('panel', 'press', 'command_refused', { id: 'command-2', refusal: 'machine_stale', reason: '' })
  hub.report('operator', 'press', 'control_granted', { session: 's', holder: 'Local display', local: true })
  hub.report('operator', 'lathe', 'control_granted', { session: 't', holder: 'Far away', local: false })
  const { alarms, ...rest } = board.standing
  expect(alarms.map(({ id }) => id)).toEqual(['a'])
  expect(rest).toEqual({
    machines: 2,
    silent: 1,
    failingLinks: 0,
    problems: [PROBLEM],
    commands: 1,
    controlled: ['press'],
  })
})

test('a link counts as failing while its last word was an error', () => {
  const { hub, board } = stage()
  says(hub, 'press', 'connection_event', { connection_type: 'opcua', direction: 'error' })
  says(hub, 'press', 'connection_event', { connection_type: 'modbus', direction: 'error' })
  expect(board.standing.failingLinks).toBe(2)
  says(hub, 'press', 'connection_event', { connection_type: 'opcua', direction: 'send' })
  expect(board.standing.failingLinks).toBe(1)
})

test('who listens is told once at first and then of changes, however many events they took', () => {
  const { clock, hub, problems, board, heard } = stage()
  const stop = board.listen((standing) => heard.push(standing))
  clock.pass(2_000)
  expect(heard.length).toBe(1)
  for (let i = 0; i < 100; i += 1) raise(hub, `alarm-${i}`)
  clock.pass(2_000)
  expect(heard.map(({ alarms }) => alarms.length)).toEqual([0, 100])
  hub.report('operator', 'press', 'alarm_acknowledged', { alarm: 'alarm-0', by: 'x' })
  clock.pass(2_000)
  problems.push(PROBLEM)
  clock.pass(2_000)
  expect(heard.length).toBe(4)
  stop()
})

test('nobody is told after the end, and without listeners nothing runs', () => {
  const { clock, hub, board, heard } = stage()
  expect(clock.waiting).toBe(0)
  const stop = board.listen((standing) => heard.push(standing))
  stop()
  stop()
  raise(hub, 'a')
  clock.pass(2_000)
  expect([heard, clock.waiting]).toEqual([[], 0])
  board.listen((standing) => heard.push(standing))
  board.close()
  board.close()
  expect(clock.waiting).toBe(0)
})
