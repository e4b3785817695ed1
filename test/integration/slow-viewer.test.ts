import { describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { wsTransport } from '../../src/client/ws-transport.ts'
import { MemoryStore } from '../../src/core/memory-store.ts'
import { CLOSE_CODES } from '../../src/shared/close-codes.ts'
import { JournalStage } from '../support/journal-stage.ts'
import { ManualViewer } from '../support/manual-viewer.ts'
import { startPanel, type TestPanel } from '../support/panel.ts'
import { Random } from '../support/random.ts'
import { datagram, type Sender, unixSender } from '../support/sender.ts'
import { RawViewer, Viewer } from '../support/viewer.ts'
import { waitFor } from '../support/wait-for.ts'

const WAIT = { timeout: 20_000 }

const stage = (): Promise<JournalStage> =>
  JournalStage.start({ store: new MemoryStore(), ring: { entries: 10_000, characters: 1e8 }, fullMs: 5_000 })

describe('a socket that the test drains', () => {
  /** Three frames make it full. */
  const WEIGHT = 100_000

  function linked(at: JournalStage, weight = WEIGHT): ManualViewer {
    const viewer = new ManualViewer(['all'], weight)
    viewer.connect(at.sessions.accept)
    return viewer
  }

  test('[K1] a viewer that lags gets of each tag the latest value, all else in full, and how many were left out', async () => {
    const at = await stage()
    const [slow, quick] = [linked(at), linked(at, 0)]
    const random = new Random(1)
    const logs: number[] = []
    const latest = new Map<string, number>()
    for (let i = 1; i <= 6_000; i += 1) {
      const machine = random.pick(['a', 'b'])
      if (random.chance(0.02)) {
        at.event(machine, 'activity_log', { message: `${i}` })
        logs.push(i)
      } else {
        const tag = random.pick(['x', 'y'])
        at.event(machine, 'tag_update', { tag, value: i })
        latest.set(`${machine} ${tag}`, i)
      }
      if (i % 500 !== 0) continue
      at.clock.pass(4)
      quick.take()
    }
    const told = at.sessions.viewers.find((viewer) => viewer.pending > 0)
    expect(told?.lag).toBeGreaterThan(2_048)

    while (slow.waiting > 0) slow.take(1)
    const frames = slow.messages.filter((message) => message.type === 'events')
    const events = frames.flatMap((frame) => frame.events)
    const seen = events.map((event) => event.offset)
    expect(seen).toEqual([...new Set(seen)].toSorted((one, two) => one - two))
    expect(events.filter(({ body }) => body.type === 'activity_log').map(({ offset }) => offset)).toEqual(logs)
    for (const offset of latest.values()) expect(seen).toContain(offset)
    const left = frames.flatMap((frame) => frame.conflated ?? []).reduce((sum, part) => sum + part.events, 0)
    expect(left).toBeGreaterThan(1_000)
    expect(seen.length + left).toBe(6_000)
    expect(slow.machines).toEqual(at.machines())
    expect(slow.replica.position).toEqual(at.hub.position)

    const whole = quick.messages.filter((message) => message.type === 'events')
    expect(whole.flatMap((frame) => frame.events)).toHaveLength(6_000)
    expect(whole.every((frame) => frame.conflated === undefined)).toBe(true)
    expect(at.sessions.viewers.map(({ lag, conflated, resets }) => ({ lag, conflated, resets }))).toEqual([
      { lag: 0, conflated: left, resets: 0 },
      { lag: 0, conflated: 0, resets: 0 },
    ])
  })

  test('[S6] a viewer that is full for longer than its time is closed, with a code that says: come back', async () => {
    const at = await stage()
    const [stuck, slow] = [linked(at), linked(at)]
    at.event('a')
    at.clock.pass(1_000)
    for (let i = 0; i < 4; i += 1) {
      at.clock.pass(1_000)
      slow.take(1)
      at.event('a')
    }
    expect(at.sessions.size).toBe(2)
    at.clock.pass(3_000)
    stuck.take()
    expect(stuck.closedWith).toBe(CLOSE_CODES.too_slow.code)
    expect(CLOSE_CODES.too_slow.retry).toBe(true)
    expect(at.sessions.size).toBe(1)
    // It takes up where it was.
    at.event('a')
    stuck.connect(at.sessions.accept)
    stuck.take()
    expect(stuck.messages.filter((message) => message.type === 'snapshot')).toHaveLength(1)
    expect(stuck.machines).toEqual(at.machines())
  })

  test('[S6] a viewer that drains now and then is not closed, however full it is in between', async () => {
    const at = await stage()
    const viewer = linked(at)
    for (let i = 0; i < 60; i += 1) {
      at.event('a')
      at.clock.pass(500)
      if (i % 6 === 5) viewer.take()
    }
    expect(viewer.closedWith).toBeUndefined()
    viewer.take()
    expect(viewer.machines).toEqual(at.machines())
  })
})

/** A viewer whose link can be stopped from being read. */
class Stoppable extends Viewer {
  readonly #sockets: WebSocket[]

  constructor(url: string) {
    const sockets: WebSocket[] = []
    class Remembered extends WebSocket {
      constructor(address: string) {
        super(address)
        sockets.push(this)
      }
    }
    super(url, { connect: wsTransport(new URL('ws', url).href.replace('http', 'ws'), Remembered), random: () => 0.05 })
    this.#sockets = sockets
  }

  stop(): void {
    this.#sockets.at(-1)?.pause()
  }

  go(): void {
    this.#sockets.at(-1)?.resume()
  }
}

const machines = (viewer: Viewer): unknown[] => [...viewer.client.replica.state.machines.values()]

const viewerHealth = (
  panel: TestPanel,
  wanted: (viewer: { lag: number }) => boolean,
): { conflated: number } | undefined => panel.health().viewers.find(wanted)

/** Telemetry of a kilobyte each, with a log line now and then. */
async function stream(sender: Sender, count: number): Promise<void> {
  const filling = 'x'.repeat(1_000)
  for (let i = 1; i <= count; i += 1) {
    const text =
      i % 100 === 0
        ? datagram(`m${i % 3}`, 'activity_log', { message: `${i}` })
        : datagram(`m${i % 3}`, 'tag_update', { tag: `t${i % 4}`, value: i, filling })
    await sender.send(text)
  }
}

test('[K1] a viewer that stands still costs the others nothing, and ends with their state when it goes on', async () => {
  const panel = await startPanel()
  const [slow, quick] = [new Stoppable(panel.url), new Viewer(panel.url)]
  await Promise.all([slow.live(), quick.live()])
  slow.stop()
  await stream(unixSender(panel.socket), 14_000)
  await quick.at(14_000)
  expect(quick.events).toHaveLength(14_000)
  // Everybody can see who lags.
  await waitFor(() => quick.health?.viewers.some((viewer) => viewer.lag > 2_048 && viewer.pending > 0), WAIT)
  slow.go()
  await slow.at(14_000)
  expect(slow.snapshots).toHaveLength(1)
  expect(machines(slow)).toEqual(machines(quick))
  expect(slow.events.filter((event) => event.type === 'activity_log')).toHaveLength(140)
  expect(slow.events.length).toBeLessThan(14_000)
  const conflated = viewerHealth(
    panel,
    (viewer) => viewer.lag === 0 && (viewer as { conflated?: number }).conflated !== 0,
  )
  expect(conflated?.conflated).toBe(14_000 - slow.events.length)
})

test('[S6] a viewer that stands still for too long is let go, and resumes when it reads again', async () => {
  const panel = await startPanel([], { fullMs: 200 })
  const [slow, quick] = [new Stoppable(panel.url), new Viewer(panel.url)]
  await Promise.all([slow.live(), quick.live()])
  slow.stop()
  const sender = unixSender(panel.socket)
  let sent = 0
  await waitFor(
    async () => {
      await stream(sender, 1_000)
      sent += 1_000
      return panel.health().sessions === 1
    },
    { ...WAIT, what: 'the stalled viewer to be closed' },
  )
  await quick.at(sent)
  slow.go()
  await slow.at(sent)
  expect(slow.client.status.kind).toBe('live')
  expect(machines(slow)).toEqual(machines(quick))
  expect(panel.health().sessions).toBe(2)
})

test('[S6] the close code says why', async () => {
  const panel = await startPanel([], { fullMs: 200 })
  const raw = await new RawViewer(panel.url).open()
  raw.hello()
  await raw.message('snapshot')
  raw.socket.pause()
  const sender = unixSender(panel.socket)
  await waitFor(
    async () => {
      await stream(sender, 1_000)
      return panel.health().sessions === 0
    },
    { ...WAIT, what: 'the stalled viewer to be closed' },
  )
  raw.socket.resume()
  // Where it reads on too late even for the close frame, the link is simply gone: the same advice.
  expect([CLOSE_CODES.too_slow.code, 1006]).toContain((await raw.close()).code)
})
