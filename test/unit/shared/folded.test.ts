import { Value } from 'typebox/value'
import { expect, test } from 'vitest'
import { type AndonEvent, viewEvent } from '../../../src/shared/event.ts'
import { foldedFrom, FoldedSchema, foldedSnapshot, foldInto, newFolded } from '../../../src/shared/folded.ts'
import { CoreStage } from '../../support/core-stage.ts'
import { Random } from '../../support/random.ts'
import { wholeState } from '../../support/visible.ts'

const MACHINES = ['a', 'b', 'a/b', '__proto__']

const eventsOf = (seed: number, count: number): AndonEvent[] => {
  const stage = new CoreStage()
  stage.random(new Random(seed), count, MACHINES)
  return stage.archive.entries.map(({ text }) => JSON.parse(text) as AndonEvent)
}

test('nothing that happened is nothing folded', () => {
  expect(foldedSnapshot(newFolded())).toEqual({
    machines: [],
    devices: [],
    executions: [],
    hardware: [],
    commands: [],
    control: [],
    alarms: [],
    links: [],
  })
})

test('one event may change several lists, and each is found under its key', () => {
  const folded = newFolded()
  const take = (origin: AndonEvent['origin'], offset: number, type: string, payload: object): void =>
    foldInto(folded, viewEvent({ offset, time: offset, origin, body: { machine_name: 'm', type, payload } }))
  take('machine', 1, 'device_update', { device_id: 'd', new_state: { speed: 1 } })
  take('machine', 2, 'workflow:started', { executionId: 'x' })
  take('machine', 3, 'hardware_health_update', { totalControllers: 2 })
  take('operator', 4, 'command_requested', {
    id: 'c1',
    type: 'set',
    device: 'd',
    expectation: { kind: 'tag', device: 'd', tag: 'speed', value: 2 },
  })
  take('panel', 5, 'control_granted', { session: 's' })
  take('panel', 6, 'alarm_raised', { alarm: 'm/error', source: 'error' })
  take('machine', 7, 'connection_event', { connection_type: 'http', direction: 'send' })
  expect(Object.entries(folded).map(([name, items]) => [name, [...(items as Map<string, unknown>).keys()]])).toEqual([
    ['machines', ['m']],
    ['devices', ['m\nd']],
    ['executions', ['m\nx']],
    ['hardware', ['m']],
    ['commands', ['c1']],
    ['control', ['m']],
    ['alarms', ['m/error']],
    ['links', ['m\nhttp']],
  ])
  expect(folded.devices.get('m\nd')?.tags[0]?.requested).toMatchObject({ value: 2, command: 'c1' })
  take('machine', 8, 'machine_terminated', {})
  expect(folded.machines.get('m')?.terminatedAt).toBe(8)
  expect(folded.devices.get('m\nd')?.tags[0]?.quality).toBe('stale')
  expect(folded.executions.get('m\nx')?.status).toBe('stopped')
})

test.each([1, 2, 3])('what is written and read again at any moment goes on like what was not (seed %i)', (seed) => {
  const events = eventsOf(seed, 1_200)
  const random = new Random(seed)
  const straight = newFolded()
  let resumed = newFolded()
  for (const event of events) {
    foldInto(straight, viewEvent(event))
    if (random.chance(0.1)) resumed = foldedFrom(wholeState(resumed))
    foldInto(resumed, viewEvent(structuredClone(event)))
  }
  expect(foldedSnapshot(resumed)).toEqual(foldedSnapshot(straight))
  expect(wholeState(straight)).toEqual(foldedSnapshot(straight))
  expect(Value.Errors(FoldedSchema, wholeState(straight))).toEqual([])
})
