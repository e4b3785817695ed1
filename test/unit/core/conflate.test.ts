import { expect, test } from 'vitest'
import { Replica } from '../../../src/client/replica.ts'
import { conflate } from '../../../src/core/conflate.ts'
import type { Entry } from '../../../src/core/entry.ts'
import { Hub } from '../../../src/core/hub.ts'
import { filterOf } from '../../../src/shared/channel.ts'
import type { Events } from '../../../src/shared/messages.ts'
import { CoreStage } from '../../support/core-stage.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import { LogMaker } from '../../support/journal-kinds.ts'
import { Random } from '../../support/random.ts'
import { wholeState } from '../../support/visible.ts'

const offsets = (entries: readonly Entry[]): number[] => entries.map((entry) => entry.offset)

function log(): LogMaker & { tag: (machine: string, tag: string) => Entry; line: (machine: string) => Entry } {
  const maker = new LogMaker()
  return Object.assign(maker, {
    tag: (machine: string, tag: string) => maker.add({ machine_name: machine, type: 'tag_update', payload: { tag } }),
    line: (machine: string) => maker.add({ machine_name: machine, type: 'activity_log', payload: { message: 'x' } }),
  })
}

test('[K1] of each tag’s values only the first and the latest stay, and how many were left out is counted by machine', () => {
  const { tag, entries } = log()
  tag('a', 'x')
  tag('a', 'x')
  tag('a', 'y')
  tag('b', 'x')
  tag('b', 'x')
  tag('b', 'x')
  tag('a', 'x')
  const { kept, conflated } = conflate(entries)
  expect(offsets(kept)).toEqual([1, 3, 4, 6, 7])
  expect(conflated).toEqual(
    new Map([
      ['a', 1],
      ['b', 1],
    ]),
  )
})

test('[K1] what is no telemetry is never left out', () => {
  const { tag, line, entries } = log()
  tag('a', 'x')
  for (let i = 0; i < 20; i += 1) {
    line('a')
    tag('a', 'x')
  }
  const { kept, conflated } = conflate(entries)
  expect(kept.filter((entry) => entry.tag === null)).toHaveLength(20)
  expect(offsets(kept.filter((entry) => entry.tag !== null))).toEqual([1, 41])
  expect(conflated).toEqual(new Map([['a', 19]]))
})

test('[K1] equal tags of two machines have nothing to do with each other, whatever their names', () => {
  const { tag, entries } = log()
  for (const machine of ['a', 'a b', 'b']) for (const name of ['x', 'b x', 'a']) tag(machine, name)
  expect(conflate(entries)).toEqual({ kept: entries, conflated: new Map() })
})

test('nothing makes nothing', () => {
  expect(conflate([])).toEqual({ kept: [], conflated: new Map() })
})

test('[K1] frames that are conflated tell every machine’s number of events, its last event, and stay bounded', () => {
  const all = filterOf(['all'])
  const hub = new Hub({ clock: new FakeClock(), epoch: 'e' })
  const random = new Random(3)
  for (let i = 0; i < 3_000; i += 1) {
    const machine = random.pick(['a', 'b'])
    const body = random.chance(0.9)
      ? {
          machine_name: machine,
          type: 'device_update',
          payload: { device_id: `d${random.integer(1, 3)}`, new_state: { v: i } },
        }
      : { machine_name: machine, type: 'activity_log', payload: { message: 'x'.repeat(10_000) } }
    hub.append('machine', body, JSON.stringify(body))
  }
  const counts = new Map<string, number>()
  let at = 0
  while (at < hub.head) {
    const { frame, to, conflated } = hub.conflatedEvents(at, all)
    const message = JSON.parse(frame?.text ?? '{}') as Events
    expect(message.position).toEqual({ epoch: 'e', offset: to })
    expect(message.events.at(-1)?.offset).toBe(to)
    expect(frame?.text.length).toBeLessThan(1_200_000)
    for (const { body } of message.events) counts.set(body.machine_name, (counts.get(body.machine_name) ?? 0) + 1)
    const left = message.conflated ?? []
    for (const { machine, events } of left) counts.set(machine, (counts.get(machine) ?? 0) + events)
    expect(left.reduce((sum, { events }) => sum + events, 0)).toBe(conflated)
    expect(message.events.length + conflated).toBe(to - at)
    at = to
  }
  expect(counts).toEqual(new Map([...hub.folded.machines.values()].map((machine) => [machine.name, machine.events])))
})

test.each([1, 2, 3, 4])(
  '[K1] whoever is sent conflated frames only has the whole state in the end (seed %i)',
  (seed) => {
    const all = filterOf(['all'])
    const stage = new CoreStage()
    const random = new Random(seed)
    for (let i = 0; i < 3_000; i += 1) {
      const device_id = random.pick(['d', 'e', 'f'])
      const typed = random.chance(0.1) ? { device_type: random.pick(['motor', 'valve']) } : {}
      const new_state = { [random.pick(['speed', 'pressure'])]: i }
      if (random.chance(0.02)) stage.random(random, 1, ['a', 'b'])
      else if (random.chance(0.3))
        stage.event(random.pick(['a', 'b']), 'tag_update', { tag: random.pick(['x', 'y']), value: i })
      else stage.event(random.pick(['a', 'b']), 'device_update', { device_id, ...typed, new_state })
    }
    const replica = new Replica()
    let left = 0
    while ((replica.position?.offset ?? 0) < stage.hub.head) {
      const { frame, conflated } = stage.hub.conflatedEvents(replica.position?.offset ?? 0, all)
      replica.apply(JSON.parse(frame?.text ?? '') as Events)
      left += conflated
    }
    expect(left).toBeGreaterThan(1_000)
    expect(wholeState(replica.state)).toEqual(wholeState(stage.hub.folded))
  },
)
