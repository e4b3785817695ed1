import { expect, test } from 'vitest'
import { TurnQueue } from '../../../src/main/adapters/turn-queue.ts'

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

test('one runs in each turn, in order, the first at once, and those that are given meanwhile behind them', async () => {
  const queue = new TurnQueue()
  const ran: string[] = []
  queue.run(() => {
    ran.push('a')
    queue.run(() => ran.push('c'))
  })
  queue.run(() => ran.push('d'))
  expect(ran).toEqual(['a'])
  await turn()
  queue.run(() => ran.push('e'))
  expect(ran).toEqual(['a', 'c'])
  await turn()
  await turn()
  expect(ran).toEqual(['a', 'c', 'd', 'e'])
  await turn()
  queue.run(() => ran.push('f'))
  expect(ran.at(-1)).toBe('f')
})
