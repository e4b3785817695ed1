import { describe, expect, test } from 'vitest'
import { HistoryError } from '../../../src/renderer/model/history-error.ts'
import type { JournalPage, PastState } from '../../../src/renderer/model/history.ts'
import { clampMoment, momentOf, secondsOf, type Speed } from '../../../src/renderer/model/replay-range.ts'
import { ReplayTrack } from '../../../src/renderer/model/replay-track.ts'
import { Replayer } from '../../../src/renderer/model/replayer.ts'
import { filterOf } from '../../../src/shared/channel.ts'
import type { AndonEvent } from '../../../src/shared/event.ts'
import { foldedSnapshot } from '../../../src/shared/folded.ts'
import { foldState, newState } from '../../../src/shared/state.ts'

const at = (offset: number, time: number, state = `s${offset}`): AndonEvent => ({
  offset,
  time,
  origin: 'machine',
  body: { machine_name: 'm', type: 'state_change', payload: { to_state: state } },
})

describe('the range', () => {
  const range = { first: 10_000, last: 70_500 }

  test('holds every moment within it', () => {
    expect([0, 10_000, 40_000, 99_000].map((moment) => clampMoment(range, moment))).toEqual([
      10_000, 10_000, 40_000, 70_500,
    ])
    expect(clampMoment({ first: 10, last: 5 }, 7)).toBe(10)
  })

  test('is a scale of whole seconds, there and back', () => {
    expect([secondsOf(range, 9_000), secondsOf(range, 40_400), secondsOf(range, 70_500)]).toEqual([0, 30, 61])
    expect([momentOf(range, 0), momentOf(range, 30), momentOf(range, 61)]).toEqual([10_000, 40_000, 70_500])
  })
})

describe('the track', () => {
  test('gives events when they are due, in order and never twice', () => {
    const track = new ReplayTrack(0, 0)
    track.add({ events: [at(1, 100), at(2, 100), at(3, 250)], next: 3 }, 1_000)
    expect(track.due(99, 10)).toEqual([])
    expect(track.due(100, 1).map(({ offset }) => offset)).toEqual([1])
    expect(track.due(200, 10).map(({ offset }) => offset)).toEqual([2])
    expect([track.next?.offset, track.ahead, track.known, track.cursor]).toEqual([3, 1, 250, 3])
    expect(track.take()?.offset).toBe(3)
    expect(track.take()).toBeUndefined()
  })

  test('knows the silence after the last event only as far as the journal had settled', () => {
    const track = new ReplayTrack(3, 500)
    track.add({ events: [], next: null }, 10_000)
    expect([track.known, track.ended]).toEqual([9_000, true])
    expect(track.wants(1_000, 1, 10_500)).toBe(false)
    expect(track.wants(8_500, 1, 10_500)).toBe(false)
    expect(track.wants(8_500, 1, 11_500)).toBe(true)
  })

  test('wants more in time, for the speed it is played at', () => {
    const track = new ReplayTrack(0, 0)
    track.add({ events: Array.from({ length: 600 }, (_, i) => at(i + 1, i * 100)), next: 600 }, 0)
    expect(track.wants(0, 1, 1e9)).toBe(false)
    expect(track.wants(0, 30, 1e9)).toBe(true)
  })
})

/** A journal in memory, a clock of the test's own, and frames that it draws itself. */
class Stage {
  now = 100_000
  fault: Error | null = null
  changes = 0
  readonly asked: string[] = []
  readonly replayer: Replayer
  readonly #frames: ((time: number) => void)[] = []
  #frameTime = 0
  #gate: Promise<void> = Promise.resolve()

  constructor(
    readonly journal: AndonEvent[],
    private readonly pageLimit = 3,
  ) {
    this.replayer = new Replayer({
      stateAt: (time) => this.#answer(`state ${time}`, () => this.stateAt(time)),
      eventsAfter: (offset) => this.#answer(`events ${offset}`, () => this.page(offset)),
      now: () => this.now,
      frame: (run) => this.#frames.push(run),
      replaced: () => (this.changes += 1),
      folded: () => (this.changes += 1),
      changed: () => (this.changes += 1),
    })
  }

  get state(): string | null | undefined {
    return this.replayer.state.machines.get('m')?.state
  }

  stateAt(time: number): PastState {
    const state = newState()
    const until = this.journal.filter((event) => event.time <= time)
    for (const event of until) foldState(state, structuredClone(event), filterOf(['all']))
    const last = until.at(-1)
    return {
      offset: last?.offset ?? 0,
      time: last?.time ?? time,
      state: { ...foldedSnapshot(state), recent: state.recent },
    }
  }

  page(offset: number): JournalPage {
    const after = this.journal.filter((event) => event.offset > offset)
    const events = after.slice(0, this.pageLimit)
    return { events, next: after.length > events.length ? (events.at(-1)?.offset ?? null) : null }
  }

  /** Lets no answer out before the function that it returns is called. */
  shut(): () => void {
    const { promise, resolve } = gate()
    this.#gate = promise
    return resolve
  }

  /** Lets later answers out at once. */
  answer(): void {
    this.#gate = Promise.resolve()
  }

  async #answer<T>(what: string, make: () => T): Promise<T> {
    this.asked.push(what)
    await this.#gate
    if (this.fault) throw this.fault
    return make()
  }

  /** Draws frames for so long, and lets what they asked for come in between. */
  async run(ms: number, frame = 50): Promise<void> {
    for (let passed = 0; passed < ms; passed += frame) {
      this.now += frame
      this.#frameTime += frame
      for (const draw of this.#frames.splice(0)) draw(this.#frameTime)
      await settle()
    }
  }
}

function gate(): { promise: Promise<void>; resolve: () => void } {
  let resolve: (() => void) | undefined
  const promise = new Promise<void>((done) => (resolve = done))
  return { promise, resolve: () => resolve?.() }
}

/** Lets everything that is already answered arrive. */
async function settle(): Promise<void> {
  for (let i = 0; i < 10; i += 1) await Promise.resolve()
}

const journal = (): AndonEvent[] => [
  at(1, 10_000),
  at(2, 11_000),
  at(3, 12_000),
  at(4, 12_000),
  at(5, 30_000),
  at(6, 31_000),
  at(7, 90_000),
]

describe('a replay', () => {
  test('shows the state at a moment, and at an event among others of the same millisecond', async () => {
    const { replayer } = new Stage(journal())
    await replayer.seek(11_500)
    expect([replayer.at, replayer.state.machines.get('m')?.state, replayer.target]).toEqual([11_500, 's2', null])
    await replayer.seek(12_000, 3)
    expect([replayer.at, replayer.state.machines.get('m')?.state, replayer.nextAt]).toEqual([12_000, 's3', 12_000])
    await replayer.seek(12_000)
    expect(replayer.state.machines.get('m')?.state).toBe('s4')
    await replayer.seek(5_000)
    expect(replayer.state.machines.size).toBe(0)
  })

  test.each([1, 10, 60] as const)('plays at %i times the speed of time, gaps too', async (speed: Speed) => {
    const stage = new Stage(journal())
    await stage.replayer.seek(10_000)
    stage.replayer.setSpeed(speed)
    stage.replayer.play()
    await stage.run(50)
    const start = stage.replayer.at
    await stage.run(1_000)
    expect(stage.replayer.at - start).toBe(1_000 * speed)
    const due = stage.journal.filter(({ time }) => time <= stage.replayer.at).at(-1)
    expect(stage.state).toBe(`s${due?.offset}`)
  })

  test('never runs ahead of what it knows', async () => {
    const stage = new Stage(journal())
    await stage.replayer.seek(10_000)
    const open = stage.shut()
    stage.replayer.setSpeed(60)
    stage.replayer.play()
    await stage.run(2_000)
    expect([stage.replayer.at, stage.state]).toEqual([12_000, 's4'])
    open()
    await stage.run(500)
    expect(stage.replayer.at).toBeGreaterThan(30_000)
  })

  test('stops when it has caught up with the present', async () => {
    const stage = new Stage(journal())
    await stage.replayer.seek(89_000)
    stage.replayer.setSpeed(10)
    stage.replayer.play()
    await stage.run(3_000)
    expect([stage.replayer.playing, stage.replayer.caughtUp, stage.state]).toEqual([false, true, 's7'])
    expect(stage.replayer.at).toBeGreaterThan(97_000)
  })

  test('goes on where it was after a time without frames', async () => {
    const stage = new Stage(journal())
    await stage.replayer.seek(12_000)
    stage.replayer.play()
    await stage.run(100)
    const before = stage.replayer.at
    await stage.run(60_000, 60_000)
    expect(stage.replayer.at - before).toBe(250)
  })

  test('steps by one event, forward and back', async () => {
    const stage = new Stage(journal())
    await stage.replayer.seek(11_500)
    await stage.replayer.forward()
    expect([stage.replayer.at, stage.state]).toEqual([12_000, 's3'])
    await stage.replayer.forward()
    await stage.replayer.forward()
    expect([stage.replayer.at, stage.state]).toEqual([30_000, 's5'])
    await stage.replayer.back()
    expect([stage.replayer.at, stage.state]).toEqual([12_000, 's4'])
    await stage.replayer.back()
    expect(stage.state).toBe('s3')
    await stage.replayer.back()
    await stage.replayer.back()
    expect(stage.state).toBe('s1')
    await stage.replayer.back()
    expect([stage.replayer.at, stage.replayer.state.machines.size]).toEqual([9_999, 0])
    await stage.replayer.back()
    expect(stage.replayer.at).toBe(9_999)
  })

  test('a step beyond the last event says that there is none', async () => {
    const stage = new Stage(journal())
    await stage.replayer.seek(95_000)
    await stage.replayer.forward()
    expect([stage.replayer.caughtUp, stage.state]).toEqual([true, 's7'])
  })

  test('the last of several moments counts, whichever answer comes first', async () => {
    const stage = new Stage(journal())
    const open = stage.shut()
    const first = stage.replayer.seek(10_500)
    stage.answer()
    await stage.replayer.seek(30_500)
    open()
    await first
    expect([stage.replayer.at, stage.state]).toEqual([30_500, 's5'])
  })

  test('what fails is told and stops it; the state stays, and trying again goes on', async () => {
    const stage = new Stage(journal())
    await stage.replayer.seek(10_500)
    stage.fault = new HistoryError('short')
    await stage.replayer.seek(1_000)
    expect([stage.replayer.fault, stage.replayer.at, stage.state, stage.replayer.target]).toEqual([
      'short',
      10_500,
      's1',
      null,
    ])
    stage.replayer.play()
    await stage.run(500)
    expect([stage.replayer.playing, stage.replayer.fault]).toEqual([false, 'short'])
    stage.fault = null
    stage.replayer.play()
    await stage.run(1_000)
    expect([stage.replayer.fault, stage.state]).toEqual([null, 's2'])
  })

  test('closed, it asks and tells nothing more', async () => {
    const stage = new Stage(journal())
    const seeking = stage.replayer.seek(10_500)
    stage.replayer.close()
    const { changes } = stage
    await seeking
    await stage.run(500)
    expect([stage.changes, stage.asked.length]).toEqual([changes, 1])
  })
})
