import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { WebSocket } from 'ws'
import { SessionClient } from '../../src/client/session-client.ts'
import type { Connect } from '../../src/client/transport.ts'
import { wsTransport } from '../../src/client/ws-transport.ts'
import type { Position } from '../../src/shared/position.ts'
import { Child } from '../support/child.ts'
import { openDatabase } from '../support/database.ts'
import { fuzzSeed, Random } from '../support/random.ts'
import { tempDir } from '../support/temp-dir.ts'
import { waitFor } from '../support/wait-for.ts'

const KILLS = Number(process.env['ANDON_KILLS'] ?? 200)

/** Where nobody listens. */
const NOWHERE = 'http://127.0.0.1:9/'

/** Never stops and never minds: sends numbered events as fast as it is let, in bursts, with pauses between them. */
const SENDER = `
import json, socket, sys, time
path = sys.argv[1]
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
n = 0
while True:
    for i in range(8):
        n += 1
        kind = n % 5
        payload = {"n": n, "to_state": "s%d" % (n % 7), "job_id": "j%d" % (n % 11), "message": "Няма хартия"}
        type = ("state_change", "job_started", "job_completed", "activity_log", "error_occurred")[kind]
        body = json.dumps({"machine_name": "m%d" % (n % 3), "type": type, "payload": payload}, ensure_ascii=n % 2 == 0)
        try:
            s.sendto(body.encode("utf-8"), path)
        except OSError:
            time.sleep(0.005)
    time.sleep(0.06 if n % 400 == 0 else 0.002)
`

/** A viewer that comes back at once, and remembers what it was told, byte for byte. */
class Witness {
  readonly client: SessionClient
  /** Texts of the events of which it was told, by offset; none that it was told to forget. */
  readonly texts = new Map<number, string>()
  durable = 0
  /** Since the last link. */
  resumed: boolean | undefined
  reset: Position | undefined
  resumes = 0
  resets = 0
  readonly faults: string[] = []
  #held = false
  #cut: () => void = () => undefined

  constructor(url: () => string) {
    const connect: Connect = (events) => {
      const at = this.#held ? NOWHERE : url()
      let over = false
      const end = (code: number, reason: string): void => {
        if (over) return
        over = true
        events.closed(code, reason)
      }
      const transport = wsTransport(
        new URL('ws', at).href.replace('http', 'ws'),
        WebSocket,
      )({
        opened: () => events.opened(),
        frame: (text) => {
          if (over) return
          if (text.startsWith('{"type":"events"')) this.#remember(text)
          events.frame(text)
        },
        closed: end,
      })
      this.#cut = () => {
        end(1006, '')
        transport.close(1000, '')
      }
      return transport
    }
    this.client = new SessionClient({ connect, client: { name: 'witness' }, random: () => 0.01 })
    this.client.listen({
      welcome: ({ resumed }) => {
        this.resumed = resumed
        if (resumed) this.resumes += 1
      },
      snapshot: ({ position, reset }) => {
        if (reset) {
          this.reset = position
          this.resets += 1
        }
      },
      health: ({ journal, problems }) => {
        this.durable = journal.durable
        if (problems.length > 0) this.faults.push(JSON.stringify(problems))
      },
    })
    onTestFinished(() => this.client.close())
  }

  get position(): Position {
    return this.client.replica.position ?? { epoch: '', offset: 0 }
  }

  get live(): boolean {
    return this.client.status.kind === 'live'
  }

  /** Loses its link, and finds no way back until it is let go. */
  hold(): void {
    this.#held = true
    this.#cut()
  }

  letGo(): void {
    this.#held = false
  }

  #remember(frame: string): void {
    let last = this.position.offset
    const events = frame.slice(frame.indexOf('"events":[') + 10, -2)
    for (const text of events.split(/,(?=\{"offset":\d+,"time":\d+,"origin":")/)) {
      const offset = Number(/^\{"offset":(\d+),/.exec(text)?.[1])
      if (offset !== last + 1) this.faults.push(`event ${offset} came after ${last}`)
      last = offset
      this.texts.set(offset, text)
    }
  }
}

interface Lane {
  readonly events: number
  /** Of each viewer. */
  readonly resumes: readonly number[]
  readonly resets: readonly number[]
  /** How often a viewer had seen what was lost. */
  readonly seenLost: number
}

/** One panel that is killed so many times. */
async function lane(random: Random, kills: number): Promise<Lane> {
  const dir = tempDir()
  const socket = join(dir, 'events.sock')
  const dataDir = join(dir, 'data')
  let url = NOWHERE
  const start = async (): Promise<Child> => {
    const child = new Child(process.execPath, [
      join('out', 'main', 'headless.js'),
      '--data-dir',
      dataDir,
      '--events-socket',
      socket,
      '--port',
      '0',
      '--log-level',
      'silent',
    ])
    url = (await child.printed(/Andon is at (\S+)/))[1] ?? ''
    return child
  }
  const sender = new Child('python3', ['-c', SENDER, socket])
  let panel = await start()
  const witnesses = [new Witness(() => url), new Witness(() => url)] as const
  await waitFor(() => witnesses.every((witness) => witness.live), { what: 'live witnesses' })

  let checked = 0
  let seenLost = 0
  for (let round = 0; round < kills; round += 1) {
    // Most rounds are short; some are long enough for the figures in the panel's health to come along.
    const length = round % 20 === 19 ? random.integer(900, 1_400) : random.integer(0, 120)
    // One viewer often goes a little earlier: it has seen only what becomes durable.
    if (random.chance(0.6)) witnesses[1].hold()
    const until = performance.now() + length
    await waitFor(() => performance.now() >= until)
    const before = witnesses.map((witness) => ({ position: witness.position, durable: witness.durable }))
    panel.process.kill('SIGKILL')
    await panel.ended()
    // What was on its way when it was killed arrives still.
    await waitFor(() => witnesses.every((witness) => !witness.live), { what: 'lost links' })
    const seen = witnesses.map((witness) => witness.position)
    for (const witness of witnesses) {
      witness.resumed = undefined
      witness.reset = undefined
    }
    panel = await start()
    witnesses[1].letGo()
    await waitFor(() => witnesses.every((witness) => witness.live && witness.resumed !== undefined), {
      what: 'witnesses that are back',
    })

    const database = openDatabase(join(dataDir, 'journal.db'), { readOnly: true })
    const { kept } = database.prepare('SELECT first - 1 AS kept FROM epochs ORDER BY rowid DESC LIMIT 1').get() as {
      kept: number
    }
    const rows = database
      .prepare('SELECT offset, text FROM events WHERE offset > ? AND offset <= ? ORDER BY offset')
      .all(checked, kept) as unknown as { offset: number; text: string }[]
    database.close()
    // Offsets are contiguous.
    expect(rows.map((row) => row.offset)).toEqual(Array.from({ length: kept - checked }, (_, i) => checked + 1 + i))
    witnesses.forEach((witness, i) => {
      const position = seen[i] ?? { epoch: '', offset: 0 }
      // What was reported durable is there…
      expect(before[i]?.durable).toBeLessThanOrEqual(kept)
      // …with the bytes that the viewers were sent.
      const known = rows.filter((row) => witness.texts.has(row.offset))
      expect(known.map((row) => witness.texts.get(row.offset))).toEqual(known.map((row) => row.text))
      // Who saw only what is kept goes on; who saw more is told so.
      const goesOn = position.offset <= kept
      const { resumed, reset } = witness
      expect({ position, kept, resumed, reset: reset !== undefined }).toEqual({
        position,
        kept,
        resumed: goesOn,
        reset: !goesOn,
      })
      if (!goesOn) seenLost += 1
      for (const offset of witness.texts.keys()) if (offset > kept) witness.texts.delete(offset)
      expect(witness.faults).toEqual([])
    })
    checked = kept
  }
  sender.process.kill('SIGKILL')
  await sender.ended()

  const fresh = new Witness(() => url)
  await waitFor(() => fresh.live)
  const all = [...witnesses, fresh]
  await waitFor(() => fresh.durable === fresh.position.offset && fresh.durable > 0, { what: 'everything durable' })
  await waitFor(() => all.every((witness) => witness.position.offset === fresh.position.offset), {
    what: 'one position',
  })
  const machines = (witness: Witness): unknown[] => [...witness.client.replica.state.machines.values()]
  for (const witness of witnesses) expect(machines(witness)).toEqual(machines(fresh))
  return {
    events: checked,
    resumes: witnesses.map(({ resumes }) => resumes),
    resets: witnesses.map(({ resets }) => resets),
    seenLost,
  }
}

test(
  `[R2] [R3] [R5] ${KILLS} times kill -9 under load: nothing durable is lost, and every viewer ends with the core’s state`,
  { timeout: 120_000 + KILLS * 2_000 },
  async () => {
    const random = new Random(fuzzSeed())
    // A round is mostly waiting for the next start: two panels on two cores take turns.
    const lanes = [Math.ceil(KILLS / 2), Math.floor(KILLS / 2)].map((kills) =>
      lane(new Random(random.integer(0, 2 ** 31)), kills),
    )
    const done = await Promise.all(lanes)
    console.log(JSON.stringify(done))
    expect(done.reduce((sum, { events }) => sum + events, 0)).toBeGreaterThan(KILLS)
  },
)
