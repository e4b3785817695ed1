import { Host } from '../../../src/demo/host.ts'
import type { Inbox } from '../../../src/demo/inbox.ts'
import type { ProgramSpec } from '../../../src/demo/program.ts'
import { Random } from '../../../src/demo/random.ts'
import { rosterWithCells } from '../../../src/demo/roster.ts'
import { type Datagram, datagramPayload, datagramType, type Payload } from '../../../src/shared/datagram.ts'
import { FakeClock } from './fake-clock.ts'

export interface Heard {
  readonly text: string
  readonly datagram: Datagram
  readonly type: string | undefined
  readonly payload: Payload
}

export function specOf(machine: string): ProgramSpec {
  const spec = rosterWithCells(2).find((one) => one.machine === machine)
  if (!spec) throw new Error(`No program ${machine} in the roster`)
  return spec
}

/** One program on a fake clock, with everything that it says and a way to command it. */
export function stage(machine: string, seed = 1) {
  const clock = new FakeClock()
  const heard: Heard[] = []
  const waiting: Buffer[] = []
  const reports: string[] = []
  const files: string[] = []
  const inbox: Inbox = {
    take: () => waiting.shift(),
    close: (how) => files.push(how?.keepFile ? 'kept' : 'removed'),
  }
  const host = new Host({
    spec: specOf(machine),
    clock,
    random: new Random(seed),
    send: (bytes) => {
      const text = bytes.toString('utf8')
      const datagram = JSON.parse(text) as Datagram
      heard.push({ text, datagram, type: datagramType(datagram), payload: datagramPayload(datagram) })
    },
    openInbox: () => inbox,
    report: (line) => reports.push(line),
  })
  return {
    clock,
    host,
    heard,
    waiting,
    reports,
    files,
    /** With `id` as the panel sends it, without as the old tools do. */
    command: (type: string, payload: Payload = {}, id?: string) => {
      waiting.push(Buffer.from(JSON.stringify({ type, payload, job_id: null, command_id: id })))
    },
    /** The reasons of what was refused or failed, by the command's id. */
    results: () => heard.filter((one) => one.type === 'command_result').map(({ payload }) => payload),
    of: (type: string) => heard.filter((one) => one.type === type),
    types: () => heard.map((one) => one.type),
  }
}
