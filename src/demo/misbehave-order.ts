import type { Payload } from '../shared/datagram.ts'

/** What the plant can be told to do wrong; `well` brings everything back to normal. */
export const MISBEHAVIOURS = [
  'burst',
  'stall',
  'garbage',
  'crash',
  'restart',
  'refuse',
  'ignore',
  'late',
  'vanish',
] as const
export type Misbehaviour = (typeof MISBEHAVIOURS)[number]

export const isMisbehaviour = (text: unknown): text is Misbehaviour =>
  (MISBEHAVIOURS as readonly unknown[]).includes(text)

const MAX_BURST = 1_000_000
const MAX_SECONDS = 3_600
const MAX_REASON = 200

/** What is said of a misbehaviour, as it must be; what was not said has its default. */
export interface MisbehaveOrder {
  readonly kind: Misbehaviour
  /** Undefined: one by chance, or where it is about commands, every one that takes commands. */
  readonly machine: string | undefined
  /** burst: how many events. */
  readonly count: number
  /** stall: how long; late: by how much; vanish: until it is back. Undefined: each has its own. */
  readonly seconds: number | undefined
  /** refuse, ignore, late: how many seconds that goes on. Undefined: until `well`. */
  readonly lasts: number | undefined
  /** refuse: what it says. */
  readonly reason: string
  /** vanish: how many seconds after it has begun to obey; 0: before it has said a word. */
  readonly after: number
  /** vanish: whether it comes back by itself. */
  readonly back: boolean
  /** vanish: whether the file of its control socket stays behind. */
  readonly keepFile: boolean
}

/**
 * `{kind, machine?, count?, seconds?, for?, reason?, after?, back?, keep_file?}`, for `well` with nothing else that
 * counts. Returns what is wrong with it as a text.
 */
export function readMisbehaveOrder(
  payload: Payload,
  machines: readonly string[],
): MisbehaveOrder | { readonly kind: 'well' } | string {
  const { kind, machine, count, seconds, lasts, reason, after, back, keepFile } = namedFields(payload)
  if (kind === 'well') return { kind }
  if (!isMisbehaviour(kind)) return `unknown kind ${JSON.stringify(kind)}`
  if (machine !== undefined && !(typeof machine === 'string' && machines.includes(machine))) {
    return `unknown machine ${JSON.stringify(machine)}`
  }
  if (!within(count, 1, MAX_BURST)) return `count must be from 1 to ${MAX_BURST}`
  if (seconds !== undefined && !within(seconds, 1, MAX_SECONDS)) return `seconds must be from 1 to ${MAX_SECONDS}`
  if (lasts !== undefined && !within(lasts, 1, MAX_SECONDS)) return `for must be from 1 to ${MAX_SECONDS}`
  if (typeof reason !== 'string' || reason.length > MAX_REASON) {
    return `reason must be a text of at most ${MAX_REASON} characters`
  }
  if (!within(after, 0, MAX_SECONDS)) return `after must be from 0 to ${MAX_SECONDS}`
  if (typeof back !== 'boolean') return 'back must be true or false'
  if (typeof keepFile !== 'boolean') return 'keep_file must be true or false'
  return { kind, machine, count, seconds, lasts, reason, after, back, keepFile }
}

/** `for` is no name for a variable. */
function namedFields(payload: Payload): Readonly<Record<keyof MisbehaveOrder, unknown>> {
  return {
    kind: payload['kind'],
    machine: payload['machine'],
    count: payload['count'] ?? 1_000,
    seconds: payload['seconds'],
    lasts: payload['for'],
    reason: payload['reason'] ?? 'Out of service',
    after: payload['after'] ?? 0,
    back: payload['back'] ?? true,
    keepFile: payload['keep_file'] ?? true,
  }
}

const within = (value: unknown, least: number, most: number): value is number =>
  typeof value === 'number' && value >= least && value <= most
