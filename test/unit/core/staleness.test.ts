import { expect, test } from 'vitest'
import { watchStaleness } from '../../../src/core/staleness.ts'
import { CoreStage } from '../../support/core-stage.ts'

const start = (staleAfterMs: (machine: string) => number = () => 60_000) => {
  const stage = new CoreStage()
  const stop = watchStaleness(stage.hub, stage.clock, staleAfterMs)
  const stale = (): string[] =>
    [...stage.hub.folded.machines.values()].filter(({ staleSince }) => staleSince !== null).map(({ name }) => name)
  return { stage, stop, stale }
}

test('a machine that stays silent for its time becomes stale, once', () => {
  const { stage, stale } = start()
  stage.event('m')
  stage.clock.pass(59_000)
  expect(stale()).toEqual([])
  stage.clock.pass(2_000)
  expect(stale()).toEqual(['m'])
  stage.clock.pass(600_000)
  expect(stage.hub.head).toBe(2)
  stage.event('m')
  expect(stale()).toEqual([])
})

test('every machine has its own time', () => {
  const { stage, stale } = start((machine) => (machine === 'slow' ? 600_000 : 1_000))
  stage.event('slow')
  stage.event('fast')
  stage.clock.pass(5_000)
  expect(stale()).toEqual(['fast'])
  stage.clock.pass(600_000)
  expect(stale()).toEqual(['slow', 'fast'])
})

test('a machine that said goodbye may be silent', () => {
  const { stage, stale } = start()
  stage.event('m', 'machine_terminated')
  stage.clock.pass(600_000)
  expect(stale()).toEqual([])
})

test('it ends when it is told to', () => {
  const { stage, stop, stale } = start()
  stage.event('m')
  stop()
  stage.clock.pass(600_000)
  expect(stale()).toEqual([])
})
