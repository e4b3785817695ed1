import { describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { MemoryStore } from '../../src/core/memory-store.ts'
import type { Entry } from '../../src/core/entry.ts'
import { JournalError } from '../../src/core/journal-store.ts'
import type { Events, Snapshot } from '../../src/shared/messages.ts'
import { JournalStage, type JournalStageOptions } from '../support/journal-stage.ts'
import { settled } from '../support/manual-store.ts'
import { ManualViewer } from '../support/manual-viewer.ts'
import { startPanel } from '../support/panel.ts'
import { Random } from '../support/random.ts'
import { randomEvent } from '../support/random-datagram.ts'
import { datagram, type Sender, unixSender } from '../support/sender.ts'
import { tempDir } from '../support/temp-dir.ts'
import { RawViewer, Viewer } from '../support/viewer.ts'
import { wholeState } from '../support/visible.ts'
import { waitFor } from '../support/wait-for.ts'

const upTo = (last: number, first = 1): number[] => Array.from({ length: last - first + 1 }, (_, i) => first + i)

async function happen(at: JournalStage, count: number): Promise<void> {
  for (let i = 0; i < count; i += 1) {
    at.event(`m${i % 3}`, 'activity_log', { message: `${i}` })
    if (i % 10 !== 9) continue
    at.clock.pass(20)
    await settled()
  }
  at.clock.pass(20)
  await settled()
}

async function calm(viewer: ManualViewer): Promise<void> {
  for (let i = 0; i < 200; i += 1) {
    await settled()
    viewer.take()
  }
}

const offsetsOf = (viewer: ManualViewer): number[] =>
  viewer.messages.flatMap((message) => (message.type === 'events' ? message.events.map((event) => event.offset) : []))

/** A viewer that has seen the first `seen` events and lost its link. */
async function away(at: JournalStage, seen: number): Promise<ManualViewer> {
  const viewer = new ManualViewer()
  viewer.connect(at.sessions.accept)
  await happen(at, seen)
  await calm(viewer)
  viewer.cut()
  viewer.messages.length = 0
  return viewer
}

describe('a small ring and a journal', () => {
  /** Answers at once, but its pages can be made to wait or to fail. */
  class PagedStore extends MemoryStore {
    pages: number[] = []
    before: (after: number) => Promise<void> | void = () => undefined

    override async page(after: number, limit: number): Promise<Entry[]> {
      this.pages.push(after)
      await this.before(after)
      return super.page(after, limit)
    }
  }

  async function stage(
    options: Partial<JournalStageOptions> = {},
  ): Promise<{ store: PagedStore; stage: JournalStage }> {
    const store = new PagedStore()
    return { store, stage: await JournalStage.start({ store, ring: { entries: 20, characters: 1e7 }, ...options }) }
  }

  test('[R3] what is no longer in memory comes from the journal, page by page, in order and without a repetition', async () => {
    const { stage: at, store } = await stage()
    const viewer = await away(at, 10)
    await happen(at, 3_500)
    viewer.connect(at.sessions.accept)
    await calm(viewer)
    expect(viewer.messages[0]).toMatchObject({ type: 'welcome', resumed: true })
    expect(viewer.messages.some((message) => message.type === 'snapshot')).toBe(false)
    expect(offsetsOf(viewer)).toEqual(upTo(3_510, 11))
    expect(store.pages).toEqual([10, 1_010, 2_010, 3_010])
    expect(viewer.machines).toEqual(at.machines())
  })

  test('[R3] events that come in while it catches up follow what it missed', async () => {
    const { stage: at, store } = await stage()
    const viewer = await away(at, 10)
    await happen(at, 1_500)
    store.before = async () => {
      store.before = () => undefined
      await happen(at, 100)
    }
    viewer.connect(at.sessions.accept)
    await calm(viewer)
    expect(offsetsOf(viewer)).toEqual(upTo(1_610, 11))
  })

  test('[R4] a viewer that missed more than the cap gets a snapshot that says reset; one that missed just so much does not', async () => {
    const { stage: at } = await stage({ resumeEvents: 100 })
    const [just, more] = [await away(at, 10), await away(at, 0)]
    expect(more.replica.position?.offset).toBe(10)
    await happen(at, 100)
    just.connect(at.sessions.accept)
    await calm(just)
    expect(offsetsOf(just)).toEqual(upTo(110, 11))
    await happen(at, 1)
    more.connect(at.sessions.accept)
    await calm(more)
    expect(more.messages[0]).toMatchObject({ type: 'welcome', resumed: false })
    expect(more.messages.at(-1)).toMatchObject({ type: 'snapshot', reset: true, position: { offset: 111 } })
    expect(offsetsOf(more)).toEqual([])
  })

  test('[R5] retention that passes while it catches up gives a snapshot that says reset', async () => {
    const { stage: at, store } = await stage()
    const viewer = await away(at, 10)
    await happen(at, 2_500)
    store.before = async (after) => {
      if (after < 1_000) return
      await store.append({
        entries: [],
        state: { offset: 2_510, time: at.hub.time, folded: at.hub.foldedText() },
        gapEnd: 0,
        consumers: new Map(),
      })
      await store.prune({ before: Infinity, bytes: 0 })
    }
    viewer.connect(at.sessions.accept)
    await calm(viewer)
    expect(offsetsOf(viewer)).toEqual(upTo(1_010, 11))
    expect(viewer.messages.at(-1)).toMatchObject({ type: 'snapshot', reset: true, position: { offset: 2_510 } })
    expect(viewer.machines).toEqual(at.machines())
  })

  test('[R5] a page that cannot be read gives a snapshot that says reset, and the session goes on', async () => {
    const { stage: at, store } = await stage()
    const viewer = await away(at, 10)
    await happen(at, 2_500)
    store.before = (after) => {
      if (after > 1_000) throw new JournalError('io', 'no')
    }
    viewer.connect(at.sessions.accept)
    await calm(viewer)
    expect(viewer.messages.at(-1)).toMatchObject({ type: 'snapshot', reset: true, position: { offset: 2_510 } })
    await happen(at, 5)
    await calm(viewer)
    expect(offsetsOf(viewer).slice(-5)).toEqual(upTo(2_515, 2_511))
    expect(viewer.machines).toEqual(at.machines())
    expect(at.sessions.viewers).toMatchObject([{ lag: 0, resets: 1 }])
  })

  test('[R3] a viewer that is cut while a page is on its way costs nothing, and comes back', async () => {
    const { stage: at, store } = await stage()
    const viewer = await away(at, 10)
    await happen(at, 1_500)
    store.before = () => viewer.cut()
    viewer.connect(at.sessions.accept)
    await calm(viewer)
    expect(at.sessions.size).toBe(0)
    store.before = () => undefined
    viewer.connect(at.sessions.accept)
    await calm(viewer)
    expect(offsetsOf(viewer)).toEqual(upTo(1_510, 11))
  })

  test('[C3] other channels while a page is on its way: the page is not for them', async () => {
    const { stage: at, store } = await stage()
    const viewer = await away(at, 10)
    await happen(at, 1_500)
    store.before = () => {
      store.before = () => undefined
      viewer.toggle('machine:m1')
      viewer.toggle('all')
    }
    viewer.connect(at.sessions.accept)
    await calm(viewer)
    await happen(at, 30)
    await calm(viewer)
    expect([...viewer.channels]).toEqual(['machine:m1'])
    expect(viewer.machines).toEqual(at.machines(['machine:m1']))
    expect(offsetsOf(viewer)).toHaveLength(10)
  })

  test('[R1] [C5] a viewer of a device that catches up from the journal has the device’s state', async () => {
    const { stage: at, store } = await stage()
    const random = new Random(41)
    const happenMuch = async (count: number): Promise<void> => {
      for (let i = 0; i < count; i += 1) {
        randomEvent(at.hub, random, ['a', 'a/b'])
        if (i % 10 !== 9) continue
        at.clock.pass(20)
        await settled()
      }
    }
    const channels = ['device:a/b/d', 'device:a/d']
    const viewer = new ManualViewer(channels)
    // Only what was heard of can be asked for; the first channel may mean either of two devices.
    for (const [machine, device_id] of [
      ['a', 'd'],
      ['a', 'b/d'],
      ['a/b', 'd'],
    ] as const) {
      at.event(machine, 'device_update', { device_id, new_state: { speed: 1 } })
    }
    await happenMuch(60)
    viewer.connect(at.sessions.accept)
    await calm(viewer)
    viewer.cut()
    viewer.messages.length = 0
    await happenMuch(1_500)
    viewer.connect(at.sessions.accept)
    await calm(viewer)
    expect(viewer.messages[0]).toMatchObject({ type: 'welcome', resumed: true })
    expect(store.pages.length).toBeGreaterThan(1)
    expect(wholeState(viewer.replica.state)).toEqual(at.folded(channels))
    expect(viewer.replica.state.devices.size).toBe(3)
  })

  test('[K1] a viewer that resumes is owed every value; only behind that it may be conflated', async () => {
    const store = new PagedStore()
    const at = await JournalStage.start({ store, ring: { entries: 20_000, characters: 1e8 } })
    const viewer = await away(at, 10)
    for (let i = 0; i < 6_000; i += 1) at.event('m0', 'tag_update', { tag: 'x', value: i })
    viewer.connect(at.sessions.accept)
    await calm(viewer)
    expect(offsetsOf(viewer)).toEqual(upTo(6_010, 11))
    expect(viewer.machines).toEqual(at.machines())
  })
})

async function send(sender: Sender, count: number): Promise<void> {
  for (let i = 0; i < count; i += 1) await sender.send(datagram(`m${i % 3}`, 'state_change', { to_state: `s${i}` }))
}

test('[R1] a viewer whose link breaks gets exactly what it missed', async () => {
  const panel = await startPanel()
  const viewer = new Viewer(panel.url, { random: () => 0 })
  await viewer.live()
  const sender = unixSender(panel.socket)
  await send(sender, 20)
  await viewer.at(20)
  const position = viewer.client.replica.position
  viewer.client.close()
  await send(sender, 500)
  const raw = await new RawViewer(panel.url).open()
  raw.hello({ resume: position })
  expect(await raw.message('welcome')).toMatchObject({ resumed: true })
  const offsets = (): number[] =>
    raw.messages.flatMap((m) => (m['type'] === 'events' ? (m as unknown as Events).events.map((e) => e.offset) : []))
  await waitFor(() => offsets().at(-1) === 520)
  expect(offsets()).toEqual(upTo(520, 21))
  expect(raw.messages.some((m) => m['type'] === 'snapshot')).toBe(false)
})

test('[R3] a viewer resumes across restarts of the panel, also several, with the same state as one that is new', async () => {
  const dir = tempDir()
  let panel = await startPanel([], { dir })
  const viewer = new Viewer(panel.url)
  await viewer.live()
  await send(unixSender(panel.socket), 40)
  await viewer.at(40)
  const position = viewer.client.replica.position
  viewer.client.close()
  for (let i = 0; i < 3; i += 1) {
    await send(unixSender(panel.socket), 600)
    const last = 40 + 600 * (i + 1)
    // What still lies in the socket when it closes is the sender's loss.
    await waitFor(() => panel.health().offset === last)
    await panel.close()
    panel = await startPanel([], { dir })
  }
  const raw = await new RawViewer(panel.url).open()
  raw.hello({ resume: position })
  expect(await raw.message('welcome')).toMatchObject({ resumed: true })
  const frames = (): Events[] => raw.messages.filter((m) => m['type'] === 'events') as unknown as Events[]
  await waitFor(() => frames().at(-1)?.position.offset === 1_840)
  expect(frames().flatMap(({ events }) => events.map((event) => event.offset))).toEqual(upTo(1_840, 41))

  const fresh = new Viewer(panel.url)
  await fresh.live()
  for (const frame of frames()) viewer.client.replica.apply(frame)
  expect(wholeState(viewer.client.replica.state)).toEqual(wholeState(fresh.client.replica.state))
})

test('[R2] a position of another journal, or beyond the last event, gives a snapshot that says reset', async () => {
  const panel = await startPanel()
  await send(unixSender(panel.socket), 5)
  const first = new Viewer(panel.url)
  await first.live()
  await first.at(5)
  const epoch = first.client.replica.position?.epoch ?? ''
  for (const resume of [
    { epoch: 'of another', offset: 3 },
    { epoch, offset: 6 },
  ]) {
    const raw = await new RawViewer(panel.url).open()
    raw.hello({ resume })
    expect(await raw.message('welcome')).toMatchObject({ resumed: false })
    expect((await raw.message('snapshot')) as unknown as Snapshot).toMatchObject({
      reset: true,
      position: { offset: 5 },
    })
  }
})

/** What the consumer is sent when it comes back: up to offset 30. */
async function comesBack(url: string): Promise<number[]> {
  const again = await new RawViewer(url).open()
  again.hello({ consumer: 'mes' })
  expect(await again.message('welcome')).toMatchObject({ resumed: true })
  const offsets = (): number[] =>
    again.messages.flatMap((m) => (m['type'] === 'events' ? (m as unknown as Events).events.map((e) => e.offset) : []))
  await waitFor(() => offsets().at(-1) === 30)
  return offsets()
}

test('[A1] a consumer goes on after what it acknowledged, also after a restart of the panel', async () => {
  const dir = tempDir()
  const panel = await startPanel([], { dir })
  const raw = await new RawViewer(panel.url).open()
  raw.hello({ consumer: 'mes' })
  const { position } = (await raw.message('snapshot')) as unknown as Snapshot
  await send(unixSender(panel.socket), 30)
  await waitFor(() =>
    raw.messages.some((m) => m['type'] === 'events' && (m as unknown as Events).position.offset === 30),
  )
  raw.send({ type: 'ack', position: { epoch: position.epoch, offset: 12 } })
  raw.send({ type: 'ping', id: 1 })
  await raw.message('pong')
  raw.socket.terminate()
  await waitFor(() => raw.socket.readyState === WebSocket.CLOSED)

  expect(await comesBack(panel.url)).toEqual(upTo(30, 13))
  await panel.close()
  expect(await comesBack((await startPanel([], { dir })).url)).toEqual(upTo(30, 13))
})

test('[A1] only a consumer can acknowledge, and only what it has been sent', async () => {
  const panel = await startPanel()
  await send(unixSender(panel.socket), 3)
  const raw = await new RawViewer(panel.url).open()
  raw.hello()
  const { position } = (await raw.message('snapshot')) as unknown as Snapshot
  raw.send({ type: 'ack', position })
  expect(await raw.message('error')).toMatchObject({ error: { code: 'no_consumer' } })
  const consumer = await new RawViewer(panel.url).open()
  consumer.hello({ consumer: 'mes' })
  await consumer.message('snapshot')
  consumer.send({ type: 'ack', position: { ...position, offset: 4_000 } })
  expect(await consumer.message('error')).toMatchObject({ error: { code: 'position_unknown' } })
})
