import { Value } from 'typebox/value'
import { CLOSE_CODES, closeCodeOf } from '../shared/close-codes.ts'
import type { EventView } from '../shared/event.ts'
import type { Health } from '../shared/health.ts'
import {
  type AlarmMessage,
  type ClientMessage,
  type CommandMessage,
  type ControlMessage,
  type Events,
  type Reply,
  type RequestId,
  ServerMessageSchema,
  type ServerMessage,
  type Snapshot,
  type StopMessage,
  type Welcome,
  type WriteMessage,
} from '../shared/messages.ts'
import { type Check, parseMessage } from '../shared/parse-message.ts'
import type { Plant } from '../shared/plant.ts'
import { PROTOCOL_VERSION } from '../shared/protocol.ts'
import { backoff } from './backoff.ts'
import { Replica } from './replica.ts'
import type { LinkStatus } from './status.ts'
import type { Connect, Transport } from './transport.ts'

/** Interprets the schema: a page's CSP forbids the compiled kind. */
const serverMessage: Check<ServerMessage> = {
  check: (value): value is ServerMessage => Value.Check(ServerMessageSchema, value),
  explain: () => 'The server sent a message that does not follow the protocol.',
}

export interface SessionListener {
  status?(status: LinkStatus): void
  welcome?(welcome: Welcome): void
  /** The replica was replaced. `reset`: what was shown before could not be continued. */
  snapshot?(snapshot: Snapshot): void
  /** The replica has folded these, oldest first. */
  events?(events: readonly EventView[], message: Events): void
  health?(health: Health): void
  /** Browsers were signed in or out, or may have been: the link is new. */
  signIns?(): void
  /** What is described of the plant is new, or another. */
  plant?(plant: Plant): void
}

/** A request as a caller makes it; what numbers and dates it is added here. */
type Asked<Message> = Omit<Message, 'type' | 'id' | 'at'>

export interface SessionOptions {
  readonly connect: Connect
  readonly client: { readonly name: string; readonly version?: string; readonly station?: string }
  /** Default: `all`. */
  readonly channels?: readonly string[]
  /** True while the device has a network; default: always. */
  readonly online?: () => boolean
  readonly random?: () => number
  readonly now?: () => number
}

/**
 * How often the round trip is measured. A link that has been silent for `SILENCE_MS` is asked once more and then taken
 * for lost: the timers of a hidden page run late, and their lateness alone must not end a sound link.
 */
const PING_MS = 10_000
/** The first round trip is measured while a page is busy showing what came, and reads high: it is soon measured again. */
const SETTLED_MS = 2_000
const SILENCE_MS = 20_000
const LAST_WORD_MS = 5_000
/** An attempt that has not become a session by then is given up. */
const CONNECT_MS = 10_000

/**
 * A session with the panel that outlives its links: it connects when created, resumes after every lost link and never
 * gives up, unless the server says that coming back cannot help.
 */
export class SessionClient {
  readonly replica = new Replica()
  #status: LinkStatus = { kind: 'connecting' }
  #transport: Transport | undefined
  #attempt = 0
  #lostAt: number | undefined
  #silence: ReturnType<typeof setTimeout> | undefined
  #retry: ReturnType<typeof setTimeout> | undefined
  #settled: ReturnType<typeof setTimeout> | undefined
  #pinger: ReturnType<typeof setInterval> | undefined
  #nextId = 1
  /** Who this is to the panel: with it, control outlives a lost link. */
  #session: { readonly id: string; readonly key: string } | undefined
  /** How far the panel's clock is ahead of ours, milliseconds. */
  #ahead = 0
  readonly #channels: Set<string>
  readonly #pending = new Map<RequestId, (reply: Reply | undefined) => void>()
  /** When each unanswered ping was sent. */
  readonly #pings = new Map<RequestId, number>()
  readonly #listeners = new Set<SessionListener>()
  readonly #options: SessionOptions

  constructor(options: SessionOptions) {
    this.#options = options
    this.#channels = new Set(options.channels ?? ['all'])
    this.#open()
  }

  get status(): LinkStatus {
    return this.#status
  }

  /** Returns the function that unsubscribes. */
  listen(listener: SessionListener): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /**
   * Resolves with the server's reply. While not live it resolves at once with undefined, and so does one whose link is
   * lost before the reply: a request is never queued.
   */
  subscribe(channel: string): Promise<Reply | undefined> {
    return this.#request((id) => ({ type: 'subscribe', id, channel })).then((reply) => {
      if (reply?.ok) this.#channels.add(channel)
      return reply
    })
  }

  unsubscribe(channel: string): Promise<Reply | undefined> {
    return this.#request((id) => ({ type: 'unsubscribe', id, channel })).then((reply) => {
      if (reply?.ok) this.#channels.delete(channel)
      return reply
    })
  }

  /**
   * Asks for a value to be written, an event to be given to a machine, a machine to be stopped, or control of one. Each
   * resolves with the reply, or like {@link subscribe} with undefined where the link is lost: whether the panel heard it
   * is then told by its events, if it comes back. It is never sent again.
   */
  write(asked: Asked<WriteMessage>): Promise<Reply | undefined> {
    return this.#request((id) => ({ type: 'write', id, at: this.#panelNow(), ...asked }))
  }

  command(asked: Asked<CommandMessage>): Promise<Reply | undefined> {
    return this.#request((id) => ({ type: 'command', id, at: this.#panelNow(), ...asked }))
  }

  stop(asked: Asked<StopMessage>): Promise<Reply | undefined> {
    return this.#request((id) => ({ type: 'stop', id, ...asked }))
  }

  control(asked: Asked<ControlMessage>): Promise<Reply | undefined> {
    return this.#request((id) => ({ type: 'control', id, ...asked }))
  }

  alarm(asked: Asked<AlarmMessage>): Promise<Reply | undefined> {
    return this.#request((id) => ({ type: 'alarm', id, ...asked }))
  }

  /** Tries now instead of at the end of the back-off; for a button, or a network that is back. */
  retryNow(): void {
    if (this.#status.kind === 'live' || this.#status.kind === 'closed' || this.#transport) return
    this.#open()
  }

  /** Begins the link anew, at once: whoever sits here is somebody else to the panel from now on. */
  reconnect(): void {
    if (this.#status.kind === 'closed') return
    this.#letGo()
    this.#attempt = 0
    if (this.replica.position) this.#lostAt ??= this.#now()
    this.#open()
  }

  /** Idempotent. */
  close(): void {
    if (this.#status.kind === 'closed') return
    this.#setStatus({ kind: 'closed' })
    this.#letGo()
  }

  #letGo(): void {
    this.#clearTimers()
    // Let go of it first: what it says of its own end is no news.
    const transport = this.#transport
    this.#transport = undefined
    transport?.close(CLOSE_CODES.normal.code, CLOSE_CODES.normal.reason)
    this.#dropPending()
  }

  #now(): number {
    return (this.#options.now ?? Date.now)()
  }

  /** The panel's clock as far as this viewer knows it, epoch milliseconds. */
  #panelNow(): number {
    return Math.max(0, Math.round(this.#now() + this.#ahead))
  }

  #setStatus(status: LinkStatus): void {
    this.#status = status
    for (const listener of this.#listeners) listener.status?.(status)
  }

  #open(): void {
    this.#clearTimers()
    if (this.#lostAt !== undefined) {
      const reason = this.#status.kind === 'reconnecting' ? this.#status.reason : ''
      this.#setStatus({ kind: 'reconnecting', attempt: this.#attempt, since: this.#lostAt, retryAt: null, reason })
    } else {
      this.#setStatus({ kind: 'connecting' })
    }
    // A late word of an earlier attempt must not touch a newer one.
    const current = (): boolean => this.#transport === transport
    const transport: Transport = this.#options.connect({
      opened: () => {
        if (current()) this.#hello()
      },
      frame: (text) => {
        if (current()) this.#receive(text)
      },
      closed: (code, reason) => {
        if (current()) this.#lost(code, reason)
      },
    })
    this.#transport = transport
    this.#expectWithin(CONNECT_MS)
  }

  #hello(): void {
    // A link that was lost between a new filter's reply and its snapshot leaves a state of the old filter.
    const position = this.replica.shows(this.#channels) ? this.replica.position : undefined
    this.#send({
      type: 'hello',
      protocol: PROTOCOL_VERSION,
      client: this.#options.client,
      channels: [...this.#channels],
      ...(position ? { resume: position } : {}),
      ...(this.#session ? { session: this.#session } : {}),
    })
  }

  #receive(text: string): void {
    const parsed = parseMessage(text, serverMessage)
    if (!parsed.ok) {
      this.#abandon(CLOSE_CODES.bad_message.code, parsed.error.message)
      return
    }
    this.#expectSigns()
    const message = parsed.value
    switch (message.type) {
      case 'welcome':
        this.#session = { id: message.session, key: message.key }
        this.#ahead = message.time - this.#now()
        for (const listener of this.#listeners) listener.welcome?.(message)
        this.#signInsChanged()
        if (message.resumed) this.#live()
        break
      case 'snapshot':
        this.replica.load(message)
        for (const listener of this.#listeners) listener.snapshot?.(message)
        this.#live()
        break
      case 'events':
        this.#apply(message)
        break
      case 'plant':
        for (const listener of this.#listeners) listener.plant?.(message.plant)
        break
      case 'health':
        for (const listener of this.#listeners) listener.health?.(message.health)
        break
      case 'sign_ins':
        this.#signInsChanged()
        break
      case 'reply':
        this.#settle(message.id, message)
        break
      case 'ping':
        if (this.replica.position) this.replica.position = message.position
        this.#ahead = message.time - this.#now()
        this.#send({ type: 'pong' })
        break
      case 'pong': {
        const sent = this.#pings.get(message.id)
        this.#pings.delete(message.id)
        this.#ahead = message.time - this.#now()
        if (sent !== undefined && this.#status.kind === 'live') {
          this.#setStatus({ kind: 'live', roundTripMs: this.#now() - sent })
        }
        break
      }
      case 'error':
        // The server refused something that had no id to reply to; it stays connected or closes by itself.
        console.warn(`andon: ${message.error.code}: ${message.error.message}`)
        break
      default:
        message satisfies never
    }
  }

  #live(): void {
    if (this.#status.kind === 'live') return
    this.#attempt = 0
    this.#lostAt = undefined
    this.#setStatus({ kind: 'live', roundTripMs: null })
    this.#measure()
    this.#settled = setTimeout(() => this.#measure(), SETTLED_MS)
    this.#pinger = setInterval(() => this.#measure(), PING_MS)
  }

  #apply(message: Events): void {
    let views: EventView[]
    try {
      views = this.replica.apply(message)
    } catch (error) {
      // Our copy cannot be trusted any more: come back without a position, for a fresh snapshot.
      this.replica.position = undefined
      this.#abandon(CLOSE_CODES.internal.code, error instanceof Error ? error.message : String(error))
      return
    }
    for (const listener of this.#listeners) listener.events?.(views, message)
  }

  #signInsChanged(): void {
    for (const listener of this.#listeners) listener.signIns?.()
  }

  #measure(): void {
    const id = this.#nextId++
    this.#pings.set(id, this.#now())
    this.#send({ type: 'ping', id })
  }

  #request(message: (id: number) => ClientMessage): Promise<Reply | undefined> {
    if (this.#status.kind !== 'live') return Promise.resolve(undefined)
    const id = this.#nextId++
    return new Promise((resolve) => {
      this.#pending.set(id, resolve)
      this.#send(message(id))
    })
  }

  #settle(id: RequestId, reply: Reply | undefined): void {
    const settle = this.#pending.get(id)
    this.#pending.delete(id)
    settle?.(reply)
  }

  #send(message: ClientMessage): void {
    this.#transport?.send(JSON.stringify(message))
  }

  #expectSigns(): void {
    clearTimeout(this.#silence)
    this.#silence = setTimeout(() => {
      if (this.#status.kind === 'live') this.#measure()
      this.#expectWithin(LAST_WORD_MS)
    }, SILENCE_MS)
  }

  #expectWithin(ms: number): void {
    clearTimeout(this.#silence)
    this.#silence = setTimeout(
      () => this.#abandon(CLOSE_CODES.heartbeat_lost.code, CLOSE_CODES.heartbeat_lost.reason),
      ms,
    )
  }

  /** Gives this link up from our side. */
  #abandon(code: number, reason: string): void {
    const transport = this.#transport
    this.#transport = undefined
    transport?.close(code, reason)
    this.#lost(code === CLOSE_CODES.bad_message.code ? CLOSE_CODES.internal.code : code, reason)
  }

  #lost(code: number, reason: string): void {
    this.#transport = undefined
    this.#clearTimers()
    this.#dropPending()
    const close = closeCodeOf(code)
    if (!close.retry) {
      this.#setStatus({ kind: 'refused', close })
      return
    }
    this.#lostAt ??= this.#now()
    const wait = backoff(this.#attempt, this.#options.random ?? Math.random)
    this.#attempt += 1
    if (this.#options.online?.() === false) {
      this.#setStatus({ kind: 'offline', since: this.#lostAt })
    } else {
      const retryAt = this.#now() + wait
      this.#setStatus({
        kind: 'reconnecting',
        attempt: this.#attempt,
        since: this.#lostAt,
        retryAt,
        reason: reason || close.reason,
      })
    }
    this.#retry = setTimeout(() => this.#open(), wait)
  }

  #dropPending(): void {
    const pending = [...this.#pending.values()]
    this.#pending.clear()
    this.#pings.clear()
    for (const settle of pending) settle(undefined)
  }

  #clearTimers(): void {
    clearTimeout(this.#silence)
    clearTimeout(this.#retry)
    clearTimeout(this.#settled)
    clearInterval(this.#pinger)
  }
}
