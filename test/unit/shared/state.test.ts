import { Value } from 'typebox/value'
import { describe, expect, test } from 'vitest'
import { filterOf, matches } from '../../../src/shared/channel.ts'
import type { AndonEvent } from '../../../src/shared/event.ts'
import { foldedSnapshot, newFolded } from '../../../src/shared/folded.ts'
import type { Snapshot } from '../../../src/shared/messages.ts'
import { foldState, newState, type State, stateFrom, StateSchema } from '../../../src/shared/state.ts'
import { CoreStage } from '../../support/core-stage.ts'
import { Random } from '../../support/random.ts'
import { visibleState, wholeState } from '../../support/visible.ts'

const MACHINES = ['a', 'b', 'a/b']

const FILTERS: readonly (readonly string[])[] = [
  ['all'],
  ['machine:a'],
  ['machine:b', 'family:device'],
  ['device:a/d'],
  ['device:a/b/d', 'device:b/__proto__', 'device:b/b'],
  ['device:a/d', 'machine:a', 'family:command'],
  ['device:c/d', 'family:machine'],
  [],
]

/** A viewer's state with this filter, from a fresh snapshot. */
const snapshotOf = (stage: CoreStage, channels: readonly string[]): State =>
  stateFrom((JSON.parse(stage.hub.snapshot(filterOf(channels), channels, false).text) as Snapshot).state)

const seen = (state: State): object => ({ ...wholeState(state), recent: state.recent.map(({ offset }) => offset) })

describe.each(FILTERS.map((channels) => ({ channels })))('[S3] [C1] [C2] [C5] with $channels', ({ channels }) => {
  test.each([1, 2])('a snapshot and the events after it are what a later snapshot shows (seed %i)', (seed) => {
    const stage = new CoreStage()
    const random = new Random(seed)
    const filter = filterOf(channels)
    let viewer = newState()
    for (let i = 0; i < 300; i += 1) {
      stage.clock.pass(random.integer(0, 1))
      stage.random(random, 1, MACHINES)
      const entry = stage.archive.entries.at(-1)
      if (entry && matches(filter, entry)) foldState(viewer, JSON.parse(entry.text) as AndonEvent, filter)
      const text = { after: entry?.text }
      expect({ ...text, ...wholeState(viewer) }).toEqual({ ...text, ...visibleState(stage.hub.folded, channels) })
      if (!random.chance(0.04)) continue
      const fresh = snapshotOf(stage, channels)
      expect(seen(viewer)).toEqual(seen(fresh))
      // From here on it is somebody who has just come.
      if (random.chance(0.5)) viewer = fresh
    }
    expect(Value.Errors(StateSchema, { ...foldedSnapshot(viewer), recent: viewer.recent })).toEqual([])
  })
})

test('what reaches a viewer only in part leaves no state, but is among the latest events', () => {
  const filter = filterOf(['family:machine', 'family:device', 'family:workflow', 'family:command'])
  const stage = new CoreStage()
  stage.random(new Random(5), 200, MACHINES)
  const state = newState()
  const passed = stage.archive.entries.filter((entry) => matches(filter, entry))
  for (const { text } of passed) foldState(state, JSON.parse(text) as AndonEvent, filter)
  expect(foldedSnapshot(state)).toEqual(foldedSnapshot(newFolded()))
  expect(state.recent.map(({ offset }) => offset)).toEqual(passed.map(({ offset }) => offset))
})

test('a state takes over a snapshot’s events, and leaves the snapshot’s list alone', () => {
  const stage = new CoreStage()
  stage.event('m', 'state_change', { to_state: 'on' })
  const snapshot = JSON.parse(stage.hub.snapshot(filterOf(['all']), ['all'], false).text) as Snapshot
  const state = stateFrom(snapshot.state)
  stage.event('m')
  foldState(state, JSON.parse(stage.archive.entries[1]?.text ?? '') as AndonEvent, filterOf(['all']))
  expect(state.recent).toHaveLength(2)
  expect(snapshot.state.recent).toHaveLength(1)
})
