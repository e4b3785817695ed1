import { describe, expect, test } from 'vitest'
import type { Entry } from '../../../src/core/entry.ts'
import { Hub } from '../../../src/core/hub.ts'
import { filterOf } from '../../../src/shared/channel.ts'
import type { AndonEvent } from '../../../src/shared/event.ts'
import { foldedFrom, type FoldedSnapshot, newFolded } from '../../../src/shared/folded.ts'
import { CoreStage } from '../../support/core-stage.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import { Random } from '../../support/random.ts'

const all = filterOf(['all'])

test('[E1] every event gets the next offset, and a time that never goes back', () => {
  const { hub, clock, ...stage } = new CoreStage()
  expect(hub.position).toEqual({ epoch: 'e1', offset: 0 })
  const one = hub.append('machine', { machine_name: 'm', type: 'x' }, '{"machine_name":"m","type":"x"}')
  clock.step(-60_000)
  const two = hub.report('panel', 'm', 'machine_stale', {})
  clock.step(60_001)
  const three = hub.report('panel', 'm', 'machine_stale', {})
  expect([one, two, three].map(({ offset }) => offset)).toEqual([1, 2, 3])
  expect(two.time).toBe(one.time)
  expect(three.time).toBe(one.time + 1)
  expect(hub.position).toEqual({ epoch: 'e1', offset: 3 })
  stage.sessions.close()
})

test('[E2] [E3] an entry’s text carries offset, time, origin and the body as it came', () => {
  const { hub } = new CoreStage()
  const { text, time } = hub.append('machine', { machine_name: 'm', type: 'x' }, ' {"machine_name":"m","type":"x"} ')
  expect(text).toBe(`{"offset":1,"time":${time},"origin":"machine","body": {"machine_name":"m","type":"x"} }`)
  expect(JSON.parse(hub.report('panel', 'm', 'machine_stale', { a: 1 }).text)).toMatchObject({
    origin: 'panel',
    body: { machine_name: 'm', type: 'machine_stale', payload: { a: 1 } },
  })
})

test('listeners hear of every event until they unsubscribe', () => {
  const stage = new CoreStage()
  const heard: number[] = []
  const stop = stage.hub.listen(() => heard.push(stage.hub.head))
  stage.event('m')
  stage.event('m')
  stop()
  stop()
  stage.event('m')
  expect(heard).toEqual([1, 2])
})

const staged = () => {
  const { hub } = new CoreStage()
  const tell = (type: string): number => hub.report('panel', 'm', type, {}).offset
  return { hub, tell }
}

describe('watchers', () => {
  test('see every new event once it is folded, until they unsubscribe', () => {
    const stage = new CoreStage()
    const seen: unknown[] = []
    stage.event('m', 'state_change', { to_state: 's0' })
    const stop = stage.hub.watch(({ offset, origin, machine, type, payload }) => {
      seen.push({ offset, origin, machine, type, payload, state: stage.hub.folded.machines.get(machine)?.state })
    })
    stage.event('m', 'state_change', { to_state: 's1' })
    stage.hub.report('operator', 'n', 'control_granted', { session: 'a' })
    stop()
    stop()
    stage.event('m', 'state_change', { to_state: 's2' })
    expect(seen).toEqual([
      { offset: 2, origin: 'machine', machine: 'm', type: 'state_change', payload: { to_state: 's1' }, state: 's1' },
      {
        offset: 3,
        origin: 'operator',
        machine: 'n',
        type: 'control_granted',
        payload: { session: 'a' },
        state: undefined,
      },
    ])
  })

  test('that report something themselves: all see all events, in the order of their offsets, one after another', () => {
    const { hub, tell } = staged()
    const seen: string[] = []
    let inside = 0
    const watch = (name: string, answers: Readonly<Record<string, readonly string[]>>): void => {
      hub.watch(({ offset, type }) => {
        expect((inside += 1)).toBe(1)
        seen.push(`${name} ${offset} ${type}`)
        for (const answer of answers[type] ?? []) tell(answer)
        inside -= 1
      })
    }
    watch('first', { one: ['two', 'three'], four: ['five'] })
    watch('second', { one: ['four'], two: ['six'] })
    const last = tell('one')
    expect(last).toBe(1)
    const types = ['one', 'two', 'three', 'four', 'six', 'five']
    expect(seen).toEqual(types.flatMap((type, i) => [`first ${i + 1} ${type}`, `second ${i + 1} ${type}`]))
    expect(hub.head).toBe(6)
    tell('seven')
    expect(seen.slice(-2)).toEqual(['first 7 seven', 'second 7 seven'])
  })

  test('one that throws keeps no event from the others, and nothing from what comes later', () => {
    const { hub, tell } = staged()
    const seen: number[] = []
    hub.watch(({ type }) => {
      if (type !== 'bad') return
      tell('after')
      throw new Error('a watcher’s defect')
    })
    hub.watch(({ offset }) => seen.push(offset))
    expect(() => tell('bad')).toThrow('a watcher’s defect')
    expect(seen).toEqual([1, 2])
    expect(hub.head).toBe(2)
    tell('good')
    expect(() => tell('bad')).toThrow('a watcher’s defect')
    expect(seen).toEqual([1, 2, 3, 4, 5])
  })

  test('are no matter of whoever tells the event, where somebody hears of their defects', () => {
    const defects: unknown[] = []
    const hub = new Hub({ clock: new FakeClock(), epoch: 'e', defect: (error) => defects.push(error) })
    const [one, two] = [new Error('one'), new Error('two')]
    hub.watch(() => {
      throw one
    })
    hub.watch(() => {
      throw two
    })
    expect(hub.report('panel', 'm', 'x', {}).offset).toBe(1)
    expect(defects).toEqual([one, two])
  })

  test('may unsubscribe themselves and each other while they are told', () => {
    const { hub, tell } = staged()
    const seen: string[] = []
    const stops: (() => void)[] = []
    const stop = hub.watch(({ offset }) => {
      seen.push(`a ${offset}`)
      tell('more')
      stop()
      for (const each of stops) each()
    })
    stops.push(hub.watch(({ offset }) => seen.push(`b ${offset}`)))
    hub.watch(({ offset }) => seen.push(`c ${offset}`))
    tell('one')
    expect(seen).toEqual(['a 1', 'c 1', 'c 2'])
    tell('three')
    expect(seen.slice(3)).toEqual(['c 3'])
  })

  test('are not told again of what only gets a new offset', () => {
    const { hub, tell } = staged()
    tell('one')
    const seen: number[] = []
    hub.watch(({ offset }) => seen.push(offset))
    hub.continueFrom('e2', { head: 7, epochs: [], folded: newFolded(), tail: [] })
    expect(hub.head).toBe(8)
    tell('two')
    expect(seen).toEqual([9])
  })
})

/** Which device an entry says that it concerns, and whether all. */
const concerns = ({ device, allDevices }: Entry): unknown => [device, allDevices]

test('what an event concerns is told of its entry: a device, all devices of its machine, or none', () => {
  const stage = new CoreStage()
  expect(concerns(stage.event('m', 'device_update', { device_id: 'd' }))).toEqual(['d', false])
  expect(concerns(stage.report('operator', 'm', 'command_requested', { id: 'c', device: 'd' }))).toEqual(['d', false])
  expect(concerns(stage.report('panel', 'm', 'machine_stale', {}))).toEqual([null, true])
  expect(concerns(stage.event('m', 'machine_terminated'))).toEqual([null, true])
  expect(concerns(stage.event('m', 'state_change', { device_id: 'd' }))).toEqual([null, false])
})

test('the whole folded state goes on with a continued log', () => {
  const before = new CoreStage()
  before.random(new Random(21), 400)
  const hub = new Hub({
    clock: new FakeClock(),
    epoch: 'e2',
    from: {
      head: before.hub.head,
      epochs: [],
      folded: foldedFrom(JSON.parse(before.hub.foldedText()) as FoldedSnapshot),
      tail: [],
    },
  })
  expect(hub.foldedText()).toBe(before.hub.foldedText())
  const late = new CoreStage()
  late.random(new Random(22), 50)
  before.clock.step(late.clock.now() - before.clock.now())
  for (const { text } of late.archive.entries) {
    const { origin, body } = JSON.parse(text) as AndonEvent
    before.hub.append(origin, body, JSON.stringify(body))
  }
  late.hub.continueFrom('e3', {
    head: 400,
    epochs: [],
    folded: foldedFrom(JSON.parse(hub.foldedText()) as FoldedSnapshot),
    tail: [],
  })
  expect(JSON.parse(late.hub.foldedText())).toEqual(JSON.parse(before.hub.foldedText()))
})

test('[R4] a position of an earlier epoch is good up to that epoch’s last event', () => {
  const epochs = [
    { epoch: 'e1', first: 1 },
    { epoch: 'e2', first: 6 },
  ]
  const hub = new Hub({
    clock: new FakeClock(),
    epoch: 'e3',
    from: { head: 9, epochs, folded: newFolded(), tail: [] },
  })
  const known = (epoch: string, offset: number): boolean => hub.knows({ epoch, offset })
  expect([known('e1', 0), known('e1', 5), known('e1', 6)]).toEqual([true, true, false])
  expect([known('e2', 9), known('e2', 10), known('e3', 9), known('e0', 1)]).toEqual([true, false, true, false])
})

test('[S2] a frame of events holds at most 512 of them, and about 256 KiB', () => {
  const stage = new CoreStage()
  for (let i = 0; i < 600; i += 1) stage.event('m')
  const first = stage.hub.events(0, all)
  expect(first.to).toBe(512)
  expect(stage.hub.events(first.to, all).to).toBe(600)
  for (let i = 0; i < 10; i += 1) stage.event('m', 'log_entry', { message: 'x'.repeat(60_000) })
  const big = stage.hub.events(600, all)
  expect(big.to).toBe(605)
  expect(big.frame?.text.length).toBeLessThan(256 * 1024 + 65_536)
})

test('events that the filter passes over make no frame, but move the position', () => {
  const stage = new CoreStage()
  for (let i = 0; i < 3; i += 1) stage.event('m')
  expect(stage.hub.events(0, filterOf(['machine:other']))).toMatchObject({ frame: null, to: 3 })
})
