import { expect, test } from 'vitest'
import { MemoryStore } from '../../../src/core/memory-store.ts'
import { batch, LogMaker } from '../../support/journal-kinds.ts'
import { Random } from '../../support/random.ts'

// What every journal does is in test/integration/journal-contract.test.ts; this is what only this one does.

test('it is told apart from what it gives out: a later batch does not change an opened journal', async () => {
  const store = new MemoryStore()
  const maker = new LogMaker()
  await store.append(batch(maker.random(new Random(1), 3), { consumers: new Map([['a', 1]]) }))
  const opened = await store.open('e1')
  await store.append(batch(maker.random(new Random(2), 3), { consumers: new Map([['a', 5]]) }))
  await store.open('e2')
  expect(opened).toMatchObject({ last: 3, epochs: [] })
  expect(opened.tail).toHaveLength(3)
  expect(opened.consumers).toEqual(new Map([['a', 1]]))
})

test('closing it loses nothing', async () => {
  const store = new MemoryStore()
  const maker = new LogMaker()
  await store.append(batch(maker.random(new Random(1), 3)))
  await store.close()
  expect(await store.page(0, 10)).toEqual(maker.entries)
})
