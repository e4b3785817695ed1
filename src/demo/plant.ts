import { type Clock, every, systemClock } from './clock.ts'
import { parseCommand } from './command.ts'
import { type DatagramSender, udpSender, unixSender } from './datagram-sender.ts'
import { Host } from './host.ts'
import { ControlSocket, type Inbox } from './inbox.ts'
import type { Misbehaviour } from './misbehave-order.ts'
import { Mischief } from './misbehaviour.ts'
import { Outbox, type OutboxCounts } from './outbox.ts'
import type { ProgramSpec } from './program.ts'
import { type NonEmpty, Random } from './random.ts'
import { rosterWithCells } from './roster.ts'
import { unixDatagramsMissing } from './unix-socket.ts'

export interface PlantOptions {
  /** Path of the panel's socket. */
  readonly eventsSocket: string
  /** Each program's control socket is `<prefix><machine>.sock`, the plant's own `<prefix>plant.sock`. */
  readonly controlPrefix: string
  /** Send events there instead of to `eventsSocket`. */
  readonly udp?: { readonly host: string; readonly port: number } | undefined
  readonly seed?: number
  /** 10: everything takes a tenth of its time. Not used where `clock` is given. */
  readonly speed?: number
  /** What to do wrong at random moments. */
  readonly misbehave?: readonly Misbehaviour[]
  readonly clock?: Clock
  /** How many device cells; 1 where nothing is said. Not used where `roster` is given. */
  readonly cells?: number
  readonly roster?: NonEmpty<ProgramSpec>
  /** One line for people. */
  readonly report?: (line: string) => void
}

export interface Plant {
  readonly machines: readonly string[]
  readonly counts: Readonly<OutboxCounts>
  /** Where events go, for people. */
  readonly address: string
  /** Terminates every program in good order and removes the control sockets. */
  close(): Promise<void>
}

/** Between two programs that end, so that the panel's queue of ten datagrams is not flooded with goodbyes. */
const STAGGER_MS = 15
const POLL_MS = 50

function openSender({ udp, eventsSocket }: PlantOptions): DatagramSender {
  if (udp) return udpSender(udp.host, udp.port)
  const missing = unixDatagramsMissing()
  if (missing !== undefined) throw new Error(`${missing}. Send events over UDP instead: --udp 127.0.0.1:PORT`)
  return unixSender(eventsSocket)
}

/** Starts all programs of the plant in this process. @throws where a socket cannot be had; nothing is left behind then. */
export function startPlant(options: PlantOptions): Plant {
  const { report = () => {}, controlPrefix, misbehave = [], clock = systemClock(options.speed) } = options
  const random = new Random(options.seed ?? 1)
  const outbox = new Outbox(openSender(options), report)
  const send = (bytes: Buffer): void => outbox.send(bytes)
  const noSockets = unixDatagramsMissing()
  if (noSockets !== undefined) report(`no control sockets: ${noSockets}`)
  const openInbox = (machine: string): Inbox | undefined =>
    noSockets === undefined ? new ControlSocket(`${controlPrefix}${machine}.sock`, report) : undefined

  const host = (spec: ProgramSpec): Host => new Host({ spec, clock, random, send, openInbox, report })
  const [first, ...others] = options.roster ?? rosterWithCells(options.cells ?? 1)
  const hosts: NonEmpty<Host> = [host(first), ...others.map(host)]
  const mischief = new Mischief({ hosts, clock, random: random.fork('mischief'), send, report })
  let inbox: Inbox | undefined
  try {
    inbox = openInbox('plant')
    for (const one of hosts) one.start('registered')
  } catch (error) {
    for (const one of hosts) one.terminate()
    inbox?.close()
    outbox.close()
    throw error
  }
  const [kind, ...kinds] = misbehave
  if (kind !== undefined) mischief.keepOn([kind, ...kinds])

  const stopReading = every(
    clock,
    () => POLL_MS,
    () => {
      for (let bytes = inbox?.take(); bytes; bytes = inbox?.take()) {
        const command = parseCommand(bytes)
        if (typeof command === 'string') report(`plant: a command was lost: ${command}`)
        else if (command.type === 'misbehave') mischief.obey(command.payload)
        else report(`plant: unknown command ${JSON.stringify(command.type)}`)
      }
    },
  )

  const end = async (): Promise<void> => {
    stopReading()
    mischief.close()
    for (const one of hosts) {
      one.terminate()
      await new Promise<void>((done) => clock.after(STAGGER_MS, done))
    }
    inbox?.close()
    outbox.close()
  }
  let ended: Promise<void> | undefined
  return {
    machines: hosts.map((one) => one.machine),
    counts: outbox.counts,
    address: options.udp ? `udp ${options.udp.host}:${options.udp.port}` : options.eventsSocket,
    close: () => (ended ??= end()),
  }
}
