import { parseArgs } from 'node:util'
import { isMisbehaviour, MISBEHAVIOURS, type Misbehaviour } from './misbehave-order.ts'
import type { PlantOptions } from './plant.ts'

export const USAGE = `Andon's demo plant: machine programs that send real datagrams and listen on real control sockets.

  node out/main/demo.js [options]

  --events-socket PATH     the panel's socket (default /tmp/statemachine-events.sock)
  --control-prefix PREFIX  control sockets are PREFIX<machine>.sock (default /tmp/statemachine-control-)
  --udp HOST:PORT          send events over UDP instead
  --seed N                 the same number gives the same plant (default 1)
  --speed X                10: everything takes a tenth of its time (default 1)
  --cells N                cells of devices, cell_1 to cell_N, from 1 to 20 (default 1)
  --misbehave LIST         at random moments, some of: ${MISBEHAVIOURS.join(',')}
  --help                   this text

While it runs, {"type":"misbehave","payload":{"kind":"burst","machine":"press_001","count":5000}} to
PREFIXplant.sock makes it misbehave at once; kind "stall" takes "seconds", kind "well" ends it all. Four kinds are about
commands, and without "machine" about those of all machines:
  refuse  refuses every command; takes "reason"
  ignore  takes every command and does nothing
  late    obeys, but is heard "seconds" (12) too late
  vanish  dies of the next command without a word, or "after" so many seconds, and is back after "seconds" (5) unless
          "back" is false; with "keep_file" false the file of its control socket does not stay behind
The first three end after "for" seconds, where that is given.
`

const MAX_CELLS = 20

/** What the user typed is wrong; the message says what. */
export class UsageError extends Error {}

/** The options of a command line, or `help`. @throws UsageError */
export function parseOptions(argv: readonly string[]): PlantOptions | 'help' {
  const values = parseValues(argv)
  if (values.help) return 'help'
  return {
    eventsSocket: values['events-socket'],
    controlPrefix: values['control-prefix'],
    udp: values.udp === undefined ? undefined : parseAddress(values.udp),
    seed: parseNumber('--seed', values.seed, 0),
    speed: parseNumber('--speed', values.speed, 0.01),
    cells: parseCells(values.cells),
    misbehave: values.misbehave === undefined ? [] : values.misbehave.split(',').map(parseKind),
  }
}

function parseValues(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      options: {
        'events-socket': { type: 'string', default: '/tmp/statemachine-events.sock' },
        'control-prefix': { type: 'string', default: '/tmp/statemachine-control-' },
        udp: { type: 'string' },
        seed: { type: 'string', default: '1' },
        speed: { type: 'string', default: '1' },
        cells: { type: 'string', default: '1' },
        misbehave: { type: 'string' },
        help: { type: 'boolean', default: false },
      },
    }).values
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error))
  }
}

function parseAddress(text: string): { readonly host: string; readonly port: number } {
  const [, ipv6, name, digits] = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(text) ?? []
  const host = ipv6 ?? name
  const port = Number(digits)
  if (host === undefined || !(port >= 1 && port <= 65_535)) {
    throw new UsageError(`--udp wants HOST:PORT, not ${JSON.stringify(text)}`)
  }
  return { host, port }
}

function parseNumber(option: string, text: string, least: number): number {
  const value = Number(text)
  if (text.trim() === '' || !Number.isFinite(value) || value < least) {
    throw new UsageError(`${option} wants a number of at least ${least}, not ${JSON.stringify(text)}`)
  }
  return value
}

function parseCells(text: string): number {
  const cells = Number(text)
  if (Number.isInteger(cells) && cells >= 1 && cells <= MAX_CELLS) return cells
  throw new UsageError(`--cells wants a number from 1 to ${MAX_CELLS}, not ${JSON.stringify(text)}`)
}

function parseKind(text: string): Misbehaviour {
  const kind = text.trim()
  if (isMisbehaviour(kind)) return kind
  throw new UsageError(`--misbehave knows ${MISBEHAVIOURS.join(', ')}, not ${JSON.stringify(kind)}`)
}
