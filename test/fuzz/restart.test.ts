import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { type Alarm, PANEL_MACHINE } from '../../src/shared/alarm.ts'
import { startPanel } from '../support/panel.ts'
import { randomDatagram } from '../support/random-datagram.ts'
import { fuzzSeed, Random } from '../support/random.ts'
import { unixSender } from '../support/sender.ts'
import { tempDir } from '../support/temp-dir.ts'
import { Viewer } from '../support/viewer.ts'
import { waitFor } from '../support/wait-for.ts'
import { garbage } from './garbage.ts'

const COUNT = 20_000

/** Limits and states that the garbage now and then breaks, so that there are alarms of every kind. */
const PLANT = `
machines:
  press: &any
    alarm_states: [s3, s4]
    devices:
      d: &device
        tags:
          speed: { type: number, limits: { high: 0.7, low: 0.2, deadband: 0.1 } }
          pressure: { type: number, limits: { high_high: 7, high: 5, deadband: 1, low_low: 3 } }
      b/d: *device
  oven: *any
`

const SOURCES = ['error', 'event', 'high', 'high_high', 'link', 'low', 'low_low', 'quality', 'state']

const isPanels = (item: unknown): boolean => (item as { machine?: unknown }).machine === PANEL_MACHINE

type Table = ReadonlyMap<string, unknown>

/** What a viewer knows of the machines; what the panel says of itself may differ from start to start. */
async function known(url: string): Promise<Record<string, unknown[]>> {
  const viewer = new Viewer(url)
  await viewer.live()
  const { state } = viewer.client.replica
  // The others are its latest events, as they came.
  const tables = Object.entries(state).filter((entry): entry is [string, Table] => entry[1] instanceof Map)
  return Object.fromEntries(
    tables.map(([kind, items]) => [kind, [...items.values()].filter((item) => !isPanels(item))]),
  )
}

test(`after ${COUNT} datagrams of garbage a panel that is started again knows the same`, async () => {
  const random = new Random(fuzzSeed())
  const dir = tempDir()
  const file = join(dir, 'andon.yaml')
  writeFileSync(file, PLANT)
  const args = ['--config', file, '--machine-events-per-second', '1000000']
  const panel = await startPanel(args, { dir })
  const sender = unixSender(panel.socket)
  for (let i = 0; i < COUNT; i += 1)
    await sender.send(random.chance(0.5) ? garbage(random) : randomDatagram(random).text)
  await waitFor(() => panel.health().listeners[0]?.received === COUNT, { what: 'all of them' })
  const before = await known(panel.url)
  expect(Object.keys(before)).toEqual(expect.arrayContaining(['machines', 'devices', 'executions', 'links', 'alarms']))
  const sources = new Set(before['alarms']?.map((alarm) => (alarm as Alarm).source))
  expect([...sources].toSorted()).toEqual(SOURCES)
  await panel.close()

  const again = await startPanel(args, { dir })
  expect(again.health().journal).toMatchObject({ state: 'durable', lost: 0 })
  expect(await known(again.url)).toEqual(before)
  expect([...panel.log.records, ...again.log.records].filter(({ level }) => level === 'error')).toEqual([])
})
