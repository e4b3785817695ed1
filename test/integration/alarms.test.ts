import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Alarm } from '../../src/shared/alarm.ts'
import { Child } from '../support/child.ts'
import { datagram, unixSender } from '../support/sender.ts'
import { tempDir } from '../support/temp-dir.ts'
import { Viewer } from '../support/viewer.ts'
import { waitFor } from '../support/wait-for.ts'

/* Standing alarms and the real panel process: what ends it acknowledges nothing. */

const own = (id: string): string => `press/event/${id}`

async function start(dir: string): Promise<{ readonly child: Child; readonly viewer: Viewer }> {
  const child = new Child(process.execPath, [
    join('out', 'main', 'headless.js'),
    '--data-dir',
    join(dir, 'data'),
    '--events-socket',
    join(dir, 'events.sock'),
    '--port',
    '0',
    '--log-level',
    'silent',
  ])
  const viewer = new Viewer((await child.printed(/Andon is at (\S+)/))[1] ?? '')
  await viewer.live()
  return { child, viewer }
}

const alarms = (viewer: Viewer): ReadonlyMap<string, Alarm> => viewer.client.replica.state.alarms
const becomes = (viewer: Viewer, id: string, state: Alarm['state']): Promise<Alarm> =>
  waitFor(() => [...alarms(viewer).values()].find((alarm) => alarm.id === own(id) && alarm.state === state), {
    what: `${id} ${state}`,
  })

test.each(['SIGTERM', 'SIGKILL'] as const)(
  'standing alarms and what operators did with them outlive %s, and nothing is acknowledged by itself',
  async (signal) => {
    const dir = tempDir()
    const first = await start(dir)
    const send = (type: string, id: string): Promise<void> =>
      unixSender(join(dir, 'events.sock')).send(
        datagram('press', type, { alarm_id: id, priority: 'high', message: `Trouble ${id}` }),
      )
    for (const id of ['seen', 'unseen', 'gone', 'shelved']) await send('alarm_raised', id)
    await send('alarm_cleared', 'gone')
    const seen = await becomes(first.viewer, 'seen', 'unacknowledged')
    await becomes(first.viewer, 'gone', 'returned')
    const shelved = await becomes(first.viewer, 'shelved', 'unacknowledged')
    const { client } = first.viewer
    const named = ({ id, raised }: Alarm) => [{ alarm: id, raised }]
    expect(await client.alarm({ action: 'acknowledge', alarms: named(seen), comment: 'on my way' })).toMatchObject({
      ok: true,
    })
    expect(
      await client.alarm({ action: 'shelve', alarms: named(shelved), reason: 'repair', seconds: 3_600 }),
    ).toMatchObject({ ok: true })
    await becomes(first.viewer, 'seen', 'acknowledged')
    await becomes(first.viewer, 'shelved', 'shelved')
    const before = structuredClone([...alarms(first.viewer).values()])
    const { offset } = client.replica.position ?? { offset: 0 }
    // A kill takes back what was not on the disk yet; of that nobody was promised anything.
    await waitFor(() => (first.viewer.health?.journal.durable ?? 0) >= offset, { what: 'everything on the disk' })

    first.child.process.kill(signal)
    await first.child.ended()
    const second = await start(dir)
    await waitFor(() => alarms(second.viewer).size >= before.length, { what: 'the alarms of before' })
    expect([...alarms(second.viewer).values()]).toEqual(before)
    expect(alarms(second.viewer).get(own('seen'))?.acknowledged?.comment).toBe('on my way')

    // It goes on where it stood: what was returned is normal once somebody has seen it.
    const gone = await becomes(second.viewer, 'gone', 'returned')
    await second.viewer.client.alarm({ action: 'acknowledge', alarms: named(gone) })
    await waitFor(() => !alarms(second.viewer).has(own('gone')), { what: 'a normal alarm' })
    await becomes(second.viewer, 'unseen', 'unacknowledged')
    expect(second.viewer.events.filter(({ type }) => type === 'alarm_acknowledged')).toHaveLength(1)
  },
)
