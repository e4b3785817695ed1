import { expect, test } from 'vitest'
import { Replica } from '../../../src/client/replica.ts'
import { foldedSnapshot, newFolded } from '../../../src/shared/folded.ts'
import type { Events, Snapshot } from '../../../src/shared/messages.ts'

const snapshot = (offset: number, channels: string[] = ['all']): Snapshot => ({
  type: 'snapshot',
  position: { epoch: 'e', offset },
  reset: false,
  channels,
  state: { ...foldedSnapshot(newFolded()), recent: [] },
})
const events = (offsets: number[], to = offsets.at(-1) ?? 0, machine = 'm'): Events => ({
  type: 'events',
  position: { epoch: 'e', offset: to },
  events: offsets.map((offset) => ({
    offset,
    time: offset,
    origin: 'machine',
    body: { machine_name: machine, type: 'state_change', payload: { to_state: `s${offset}` } },
  })),
})

test('[S2] a snapshot and the events after it are the state', () => {
  const replica = new Replica()
  replica.load(snapshot(5))
  const views = replica.apply(events([6, 7]))
  expect(views.map(({ offset, machine }) => ({ offset, machine }))).toEqual([
    { offset: 6, machine: 'm' },
    { offset: 7, machine: 'm' },
  ])
  expect(replica.position).toEqual({ epoch: 'e', offset: 7 })
  expect(replica.state.machines.get('m')).toMatchObject({ state: 's7', events: 2 })
  expect(replica.state.recent).toHaveLength(2)
})

test('[S2] the position goes beyond the last event where the filter passed over some', () => {
  const replica = new Replica()
  replica.load(snapshot(5))
  replica.apply(events([6], 9))
  expect(replica.position?.offset).toBe(9)
  expect(() => replica.apply(events([9]))).toThrow('event 9 came after 9')
})

test('[S2] an event that comes twice or out of order is the server’s defect and not folded', () => {
  const replica = new Replica()
  replica.load(snapshot(5))
  for (const offsets of [[5], [4], [7, 7], [8, 7]]) {
    expect(() => replica.apply(events(offsets))).toThrow(/came after/)
  }
})

test('[C2] a machine whose events come only in part has no state here', () => {
  const replica = new Replica()
  replica.load(snapshot(0, ['family:machine', 'machine:a']))
  replica.apply(events([1], 1, 'a'))
  replica.apply(events([2], 2, 'b'))
  expect([...replica.state.machines.keys()]).toEqual(['a'])
  expect(replica.state.recent).toHaveLength(2)
})

test('[C5] a device whose machine’s events come only in part is kept, and nothing else of that machine', () => {
  const replica = new Replica()
  replica.load(snapshot(0, ['device:m/d', 'family:device']))
  const bodies = [
    { machine_name: 'm', type: 'device_update', payload: { device_id: 'd', new_state: { speed: 1 } } },
    { machine_name: 'm', type: 'device_update', payload: { device_id: 'other', new_state: { speed: 2 } } },
    { machine_name: 'm', type: 'hardware_health_update', payload: { totalControllers: 2 } },
    { machine_name: 'm', type: 'machine_terminated', payload: {} },
  ]
  replica.apply({
    type: 'events',
    position: { epoch: 'e', offset: 4 },
    events: bodies.map((body, i) => ({ offset: i + 1, time: i + 1, origin: 'machine', body })),
  })
  const { recent, ...folded } = replica.state
  expect(foldedSnapshot(folded)).toEqual({
    ...foldedSnapshot(newFolded()),
    devices: [
      expect.objectContaining({ machine: 'm', id: 'd', tags: [expect.objectContaining({ quality: 'stale' })] }),
    ],
  })
  expect(recent).toHaveLength(4)
})

test('[R3] it knows whose channels’ state it is', () => {
  const replica = new Replica()
  replica.load(snapshot(0, ['machine:a', 'machine:b']))
  expect(replica.shows(['machine:b', 'machine:a'])).toBe(true)
  expect(replica.shows(['machine:a'])).toBe(false)
  expect(replica.shows(['all'])).toBe(false)
  replica.load(snapshot(0, ['machine:a', 'device:b/d']))
  expect(replica.shows(['device:b/d', 'machine:a'])).toBe(true)
  expect(replica.shows(['machine:a', 'machine:b/d'])).toBe(false)
})
