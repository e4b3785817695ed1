import { expect, test } from 'vitest'
import { filterOf } from '../../../src/shared/channel.ts'
import { RECENT_LIMIT } from '../../../src/shared/fold/recent.ts'
import type { Snapshot } from '../../../src/shared/messages.ts'
import { CoreStage } from '../../support/core-stage.ts'

const write = (stage: CoreStage, channels: readonly string[] = ['all'], reset = false) =>
  stage.hub.snapshot(filterOf(channels), channels, reset)
const read = (stage: CoreStage, channels?: readonly string[], reset?: boolean): Snapshot =>
  JSON.parse(write(stage, channels, reset).text) as Snapshot

test('[S3] a snapshot holds the state at the head, for the filter', () => {
  const stage = new CoreStage()
  stage.event('a', 'state_change', { to_state: 'on' })
  stage.event('b', 'state_change', { to_state: 'off' })
  expect(read(stage)).toMatchObject({
    type: 'snapshot',
    position: { epoch: 'e1', offset: 2 },
    reset: false,
    channels: ['all'],
    state: {
      machines: [
        { name: 'a', state: 'on' },
        { name: 'b', state: 'off' },
      ],
      recent: [{ offset: 1 }, { offset: 2 }],
    },
  })
  expect(read(stage, ['machine:b'], true)).toMatchObject({
    reset: true,
    channels: ['machine:b'],
    state: { machines: [{ name: 'b' }], recent: [{ offset: 2 }] },
  })
  expect(read(stage, ['family:machine']).state).toMatchObject({ machines: [], recent: [{ offset: 1 }, { offset: 2 }] })
  expect(read(stage, [])).toMatchObject({ position: { offset: 2 }, state: { machines: [], recent: [] } })
})

test('it brings along the latest events, but not all of them', () => {
  const stage = new CoreStage()
  for (let i = 0; i < RECENT_LIMIT + 5; i += 1) stage.event('a')
  const { recent } = read(stage).state
  expect(recent).toHaveLength(RECENT_LIMIT)
  expect(recent[0]?.offset).toBe(6)
})

test('a hundred viewers that come in the same moment share one frame', () => {
  const stage = new CoreStage()
  stage.event('a')
  const frame = write(stage)
  expect(write(stage)).toBe(frame)
  expect(frame.bytes).toBe(frame.bytes)
  expect(write(stage, ['all'], true)).not.toBe(frame)
  expect(write(stage, ['machine:a'])).not.toBe(frame)
  stage.event('b')
  expect(write(stage)).not.toBe(frame)
})

test('a machine that changed in any way is written anew', () => {
  const stage = new CoreStage()
  stage.event('a', 'state_change', { to_state: 'on' })
  stage.event('b', 'state_change', { to_state: 'on' })
  const machines = () => read(stage).state.machines
  expect(machines()).toEqual([...stage.hub.machines.values()])
  stage.event('a', 'error', { error_message: 'jammed' })
  expect(machines()).toEqual([...stage.hub.machines.values()])
  stage.hub.report('b', 'machine_stale', {})
  expect(machines()).toEqual([...stage.hub.machines.values()])
  stage.event('b')
  expect(machines()).toEqual([...stage.hub.machines.values()])
})

test('a machine that was forgotten and came back is written as the new one', () => {
  const stage = new CoreStage()
  stage.event('a', 'state_change', { to_state: 'on' })
  read(stage)
  for (let i = 0; i < 1_000; i += 1) stage.event(`m${i}`)
  expect(stage.hub.machines.has('a')).toBe(false)
  read(stage)
  stage.event('a')
  expect(read(stage).state.machines).toEqual([...stage.hub.machines.values()])
})

test('names that would end a string or a list in the frame are escaped', () => {
  const stage = new CoreStage()
  const name = '"],"x\\'
  stage.event(name, '"}', { '"': '\u2028' })
  expect(read(stage, [`machine:${name}`])).toMatchObject({
    channels: [`machine:${name}`],
    state: { machines: [{ name }], recent: [{ body: { type: '"}' } }] },
  })
})
