import { expect, test } from 'vitest'
import { HealthBoard, type HealthFigures } from '../../../src/core/health-board.ts'
import { FakeClock } from '../../support/fake-clock.ts'

const start = () => {
  const clock = new FakeClock()
  const figures = {
    startedAt: 0,
    version: '1',
    offset: 0,
    sessions: 0,
    viewers: [],
    listeners: [],
    problems: [],
    journal: { state: 'durable' as const, durable: 0, first: 1, bytes: null, lost: 0 },
    refusedSamples: [],
  } satisfies HealthFigures
  let published = 0
  const board = new HealthBoard(
    clock,
    () => figures,
    () => (published += 1),
  )
  return { clock, figures, board, published: () => published }
}

test('[S4] health is published when it changed, at most once a second', () => {
  const { clock, figures, board, published } = start()
  const first = board.frame
  clock.pass(5_000)
  expect(published()).toBe(0)
  expect(board.frame).toBe(first)
  figures.offset = 1
  figures.sessions = 3
  clock.pass(5_000)
  expect(published()).toBe(1)
  expect(JSON.parse(board.frame.text)).toMatchObject({ type: 'health', health: { offset: 1, sessions: 3 } })
})

test('the time alone is no change, but is always that of the asking', () => {
  const { clock, board, published } = start()
  const frame = board.frame
  clock.pass(60_000)
  expect(published()).toBe(0)
  expect(board.frame).toBe(frame)
  expect(board.health.time).toBe(clock.now())
})

test('after close nothing is published', () => {
  const { clock, figures, board, published } = start()
  board.close()
  board.close()
  figures.offset = 1
  clock.pass(5_000)
  expect(published()).toBe(0)
  expect(clock.waiting).toBe(0)
})
