import { statSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openDatabase } from '../support/database.ts'
import { startPanel } from '../support/panel.ts'
import { datagram, unixSender } from '../support/sender.ts'
import { tempDir } from '../support/temp-dir.ts'
import { Viewer } from '../support/viewer.ts'
import { waitFor } from '../support/wait-for.ts'

const MIB = 1024 * 1024

test('a journal that is too large loses its oldest events in steps, gives the space back, and is written meanwhile', async () => {
  const dir = tempDir()
  const first = await startPanel([], { dir })
  const message = 'x'.repeat(1_000)
  const sender = unixSender(first.socket)
  for (let i = 0; i < 9_000; i += 1) await sender.send(datagram(`m${i % 5}`, 'activity_log', { message }))
  await waitFor(() => first.health().journal.durable === 9_000, { timeout: 20_000 })
  await first.close()
  const file = join(first.config.dataDir, 'journal.db')
  expect(statSync(file).size).toBeGreaterThan(9 * MIB)

  const panel = await startPanel(['--retention-mib', '1'], { dir })
  const viewer = new Viewer(panel.url)
  await viewer.live()
  const writer = unixSender(panel.socket)
  const steps = new Set<number>()
  let sent = 0
  await waitFor(
    async () => {
      await writer.send(datagram('m0', 'state_change', { to_state: `s${sent}` }))
      sent += 1
      const { bytes, first: oldest } = panel.health().journal
      steps.add(oldest)
      return bytes !== null && bytes <= MIB
    },
    { timeout: 20_000, what: 'a small journal' },
  )
  expect(steps.size).toBeGreaterThan(3)
  await waitFor(() => panel.health().journal.durable === 9_000 + sent)
  expect(panel.health().problems).toEqual([])
  await viewer.at(9_000 + sent)
  expect([...viewer.client.replica.state.machines.values()].reduce((sum, { events }) => sum + events, 0)).toBe(
    9_000 + sent,
  )

  // What is deleted is gone for queries too, and what is left begins where the panel says.
  const { first: oldest } = panel.health().journal
  const answer = (await (await fetch(new URL('api/v1/events?order=asc&limit=1', panel.url))).json()) as {
    events: { offset: number }[]
  }
  expect(answer.events[0]?.offset).toBe(oldest)
  await waitFor(() => statSync(file).size < 5 * MIB, { timeout: 20_000, what: 'a smaller file' })
  await panel.close()

  const third = await startPanel([], { dir })
  const back = new Viewer(third.url)
  await back.live()
  expect([...back.client.replica.state.machines]).toEqual([...viewer.client.replica.state.machines])
})

test('events that are too old go at the next start', async () => {
  const dir = tempDir()
  const first = await startPanel([], { dir })
  const sender = unixSender(first.socket)
  for (let i = 0; i < 100; i += 1) await sender.send(datagram('m', 'state_change', { to_state: `s${i}` }))
  await waitFor(() => first.health().journal.durable === 100)
  await first.close()
  // Sixty of them are made two days older: time cannot be waited for.
  const database = openDatabase(join(first.config.dataDir, 'journal.db'))
  database.exec('UPDATE events SET time = time - 2 * 86400000 WHERE offset <= 60')
  database.close()

  const panel = await startPanel(['--retention-days', '1'], { dir })
  await waitFor(() => panel.health().journal.first === 61)
  const viewer = new Viewer(panel.url)
  await viewer.live()
  expect(viewer.client.replica.state.machines.get('m')).toMatchObject({ events: 100, state: 's99' })
})
