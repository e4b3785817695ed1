import { type Channel, deviceOfChannel, type Filter, filterOf, isChannel, MAX_CHANNELS } from '../shared/channel.ts'
import { CLOSE_CODES, type CloseCode } from '../shared/close-codes.ts'
import { MAX_DEPTH } from '../shared/datagram.ts'
import type { AndonError, ErrorCode } from '../shared/errors.ts'
import { type ClientMessage, ClientMessageSchema, type Hello, type RequestId } from '../shared/messages.ts'
import type { Position } from '../shared/position.ts'
import type { ViewerHealth } from '../shared/health.ts'
import { type Parsed, parseMessage } from '../shared/parse-message.ts'
import { PROTOCOL_VERSION } from '../shared/protocol.ts'
import type { Access } from './access.ts'
import type { Archive } from './archive.ts'
import type { Clock, Stop } from './clock.ts'
import { tooDeep } from './decode.ts'
import { door } from './door.ts'
import type { Entry } from './entry.ts'
import { messageFrame } from './frame.ts'
import type { EventsFrame, Hub } from './hub.ts'
import { type Identity, sameKey } from './identities.ts'
import { MessageRate } from './message-rate.ts'
import type { Operations } from './operations.ts'
import type { Operator } from './operator.ts'
import { answerRequest } from './session-requests.ts'
import type { Connection, Frame, Peer, SessionSocket } from './session-socket.ts'

const clientMessage = door(ClientMessageSchema)

/** What comes from viewers is written again, into events and for machines: deep nesting would exhaust the stack. */
const TOO_DEEP: Parsed<ClientMessage> = {
  ok: false,
  error: { code: 'bad_message', message: `The message is nested deeper than ${MAX_DEPTH} levels.` },
}

/** A socket that holds more than this is full: it is skipped until it drains. */
const FULL_BYTES = 256 * 1024

/** A viewer this far behind is lagging: of its telemetry it gets only the latest values, until it has caught up. */
const LAG_EVENTS = 2_048

const SIGN_INS = messageFrame({ type: 'sign_ins' })

/** A client that keeps sending what cannot be understood is closed. */
const BAD_MESSAGES = 20

export interface SessionLimits {
  readonly helloMs: number
  readonly heartbeatMs: number
  readonly messageBytes: number
  readonly messagesPerSecond: number
  /** A socket that stays full for longer than this is closed. */
  readonly fullMs: number
}

/** What a session needs from the house. */
export interface SessionHouse {
  readonly hub: Hub
  readonly archive: Archive
  readonly clock: Clock
  readonly limits: SessionLimits
  readonly version: string
  readonly operations: Operations
  /** The panel's health, and what is described of the plant, as frames, as far as somebody may see them; new objects
   * whenever they changed. */
  health(access: Access): Frame
  plant(access: Access): Frame
  /** The identity of a session that lost its link, for its owner who shows its key; null where there is none. */
  takeUp(identity: Pick<Identity, 'id' | 'key'>, owner: string): Identity | null
  ended(session: Session): void
}

/** Frames of events that sessions at the same position share within one flush; key: filter and offset. */
export type SharedFrames = Map<string, EventsFrame>

/**
 * One viewer: a cursor into the log, a filter and a socket. It holds no events: whatever it has not been sent is in the
 * hub, and a socket that is full is simply passed over until it drains.
 */
export class Session implements Connection {
  #offset = 0
  /** The epoch that `#offset` belongs to. */
  #epoch = ''
  #channels: Channel[] = []
  #filter: Filter = filterOf([])
  #live = false
  #ended = false
  #expelled = false
  #badMessages = 0
  #heard: number
  #healthSent: Frame | undefined
  #plantSent: Frame | undefined
  #identity: Identity
  #operator: Operator
  #consumer: string | undefined
  /** Up to here it is owed every single event, because it resumed. */
  #owed = 0
  /** A page of the journal is on its way. */
  #paging = false
  /** The snapshot for its new channels waits until the socket drains. */
  #snapshotDue = false
  #fullSince: number | undefined
  #conflated = 0
  #resets = 0
  /** When the ping was sent that has not been answered yet; by the monotonic clock. */
  #pingedAt: number | undefined
  #roundTrip: number | null = null
  readonly #since: number
  readonly #rate: MessageRate
  readonly #stops: Stop[] = []

  constructor(
    identity: Identity,
    readonly peer: Peer,
    readonly access: Access,
    private readonly socket: SessionSocket,
    private readonly house: SessionHouse,
  ) {
    const { clock, limits } = house
    this.#identity = identity
    this.#operator = operatorOf(identity, peer, access)
    this.#heard = clock.monotonic()
    this.#since = clock.now()
    this.#rate = new MessageRate(limits.messagesPerSecond, clock.monotonic())
    this.#stops.push(
      clock.after(limits.helloMs, () => {
        if (!this.#live) this.end(CLOSE_CODES.hello_timeout)
      }),
      clock.every(limits.heartbeatMs, () => this.#heartbeat()),
      access.watch((close) => this.end(close)),
    )
  }

  get id(): string {
    return this.#identity.id
  }

  get identity(): Identity {
    return this.#identity
  }

  /** True once it has said hello. */
  get live(): boolean {
    return this.#live
  }

  /** True where this is who shows the key. */
  is({ id, key }: Pick<Identity, 'id' | 'key'>, owner: string): boolean {
    return this.#identity.id === id && sameKey(this.#identity.key, key) && this.access.owner === owner
  }

  receive(text: string): void {
    if (this.#ended) return
    this.#heard = this.house.clock.monotonic()
    if (!this.#admits()) return
    const parsed = tooDeep(text) ? TOO_DEEP : parseMessage(text, clientMessage)
    if (!parsed.ok) {
      this.#badMessages += 1
      this.#error(parsed.error.code, parsed.error.message)
      if (!this.#live || this.#badMessages >= BAD_MESSAGES) this.end(CLOSE_CODES.bad_message)
      return
    }
    this.#handle(parsed.value)
  }

  drained(): void {
    if (this.#ended || !this.#live) return
    this.#sendPlant()
    this.#sendHealth()
    this.pump(new Map())
  }

  closed(): void {
    this.#finish()
  }

  /** Closes from our side. Idempotent. */
  end(close: CloseCode): void {
    if (this.#ended) return
    this.#expelled = close === CLOSE_CODES.sign_in_required
    this.#finish()
    this.socket.close(close.code, close.reason)
  }

  /** Sends what this session has not seen yet, as far as its socket takes it. */
  pump(shared: SharedFrames): void {
    if (!this.#live || this.#ended || this.#paging) return
    const { hub, archive } = this.house
    if (this.#epoch !== hub.epoch) this.#sendSnapshot(true)
    if (this.#snapshotDue && !this.#full()) this.#sendSnapshot(false)
    while (!this.#snapshotDue && this.#offset < hub.head && !this.#full()) {
      if (hub.reaches(this.#offset)) {
        this.#sendEvents(shared)
      } else if (archive.covers(this.#offset)) {
        this.#paging = true
        const after = this.#offset
        void archive.page(after).then((page) => this.#paged(after, page))
        return
      } else {
        this.#sendSnapshot(true)
      }
    }
  }

  /** How this viewer is doing, for the others to see. */
  get health(): ViewerHealth {
    return {
      session: this.id,
      kind: this.peer.kind,
      address: this.peer.address,
      agent: this.peer.agent,
      since: this.#since,
      lag: this.#live ? this.house.hub.head - this.#offset : 0,
      pending: this.socket.pending,
      conflated: this.#conflated,
      resets: this.#resets,
      roundTrip: this.#roundTrip,
    }
  }

  /** Ends a session whose socket has been full for too long. Asked now and then. */
  checkFull(): void {
    if (!this.#full()) return
    const now = this.house.clock.monotonic()
    this.#fullSince ??= now
    if (now - this.#fullSince >= this.house.limits.fullMs) this.end(CLOSE_CODES.too_slow)
  }

  /** Sends the panel's health, if it is new and the socket is not full. */
  healthChanged(): void {
    if (this.#live && !this.#ended) this.#sendHealth()
  }

  /** Browsers were signed in or out that whoever this is may see. */
  signInsChanged(): void {
    if (this.#live && !this.#ended) this.socket.send(SIGN_INS)
  }

  /** Sends what is described of the plant, if it is new and the socket is not full. */
  plantChanged(): void {
    if (!this.#live || this.#ended) return
    this.#sendPlant()
    // What belongs to a group that may be seen can be something else by now.
    const filter = filterOf(this.#channels, this.access.filter)
    if (filter.key === this.#filter.key) return
    this.#filter = filter
    if (this.#full()) this.#snapshotDue = true
    else this.#sendSnapshot(true)
  }

  /** True where this viewer has no way back: whatever it holds is free at once. */
  get expelled(): boolean {
    return this.#expelled
  }

  /** False where this client sends faster than it may. It is told once, and closed where it does not slow down. */
  #admits(): boolean {
    const admission = this.#rate.message(this.house.clock.monotonic())
    if (admission === 'told') this.#error('rate_limited', this.#tooMany())
    else if (admission === 'exhausted') this.end(CLOSE_CODES.rate_limited)
    return admission === 'admitted'
  }

  #tooMany(): string {
    return `More than ${this.house.limits.messagesPerSecond} messages a second: slow down, this was not read.`
  }

  #handle(message: ClientMessage): void {
    if (message.type === 'hello') {
      this.#hello(message)
      return
    }
    if (!this.#live) {
      this.#error('hello_expected', 'The first message must be a hello.')
      this.end(CLOSE_CODES.bad_message)
      return
    }
    if ('id' in message && !this.#rate.affords(message, this.house.clock.monotonic())) {
      this.#refuse(message.id, 'rate_limited', this.#tooMany())
      return
    }
    // Signs of life are no sign of a person.
    if (message.type !== 'ping' && message.type !== 'pong' && message.type !== 'ack') this.access.used()
    switch (message.type) {
      case 'subscribe':
        this.#subscribe(message.id, message.channel)
        break
      case 'unsubscribe':
        this.#unsubscribe(message.id, message.channel)
        break
      case 'ack':
        this.#ack(message.position)
        break
      case 'command':
      case 'write':
      case 'stop':
      case 'control':
      case 'alarm':
      case 'get_status':
      case 'get_all_status':
        this.socket.send(messageFrame(answerRequest(message, this.#operator, this.house.operations)))
        break
      case 'ping':
        this.socket.send(messageFrame({ type: 'pong', id: message.id, time: this.house.clock.now() }))
        break
      case 'pong':
        this.#answered()
        break
      default:
        message satisfies never
    }
  }

  #hello(hello: Hello): void {
    if (this.#live) {
      this.#error('hello_repeated', 'This session has already said hello.')
      return
    }
    if (hello.protocol !== PROTOCOL_VERSION) {
      this.end(CLOSE_CODES.protocol_unsupported)
      return
    }
    const channels = [...new Set(hello.channels ?? ['all'])]
    const objection = channels.map((channel) => this.#channelObjection(channel)).find((each) => each !== null)
    if (objection) {
      this.#error(objection.code, objection.message)
      // A device may be heard of later: whoever watches it comes back after a restart that has forgotten it.
      this.end(objection.code === 'device_unknown' ? CLOSE_CODES.device_unknown : CLOSE_CODES.bad_message)
      return
    }
    const { hub, clock, limits, version, operations } = this.house
    const before = hello.session && this.house.takeUp(hello.session, this.access.owner)
    if (before) this.#identity = before
    this.#operator = operatorOf(this.#identity, this.peer, this.access, hello.client.station)
    this.#consumer = consumerOf(this.access, hello.consumer)
    const from = this.#resumable(hello)
    this.#setChannels(channels)
    this.#live = true
    this.socket.send(
      messageFrame({
        type: 'welcome',
        protocol: PROTOCOL_VERSION,
        session: this.id,
        key: this.#identity.key,
        operator: this.#operator.name,
        server: { name: 'andon', version },
        time: clock.now(),
        capabilities: { localDisplay: this.peer.kind === 'local' },
        limits: { messageBytes: limits.messageBytes, heartbeatMs: limits.heartbeatMs, channels: MAX_CHANNELS },
        resumed: from !== null,
      }),
    )
    this.#sendPlant()
    this.#sendHealth()
    if (before) operations.sessions.resumed(this.id)
    if (from === null) {
      this.#sendSnapshot(hello.resume !== undefined)
    } else {
      this.#offset = from
      this.#epoch = hub.epoch
      this.#owed = hub.head
      this.pump(new Map())
    }
  }

  /** Where this viewer can go on without a gap; null where it cannot, or has nothing to go on from. */
  #resumable({ resume }: Hello): number | null {
    const { hub, archive } = this.house
    const consumer = this.#consumer
    const acknowledged = consumer === undefined ? undefined : archive.acknowledged(consumer)
    const position = resume ?? (acknowledged === undefined ? undefined : { epoch: hub.epoch, offset: acknowledged })
    if (!position || !hub.knows(position)) return null
    return hub.reaches(position.offset) || archive.covers(position.offset) ? position.offset : null
  }

  #ack(position: Position): void {
    const { hub, archive } = this.house
    if (this.#consumer === undefined) {
      this.#error('no_consumer', 'Only a session whose hello named a consumer can acknowledge.')
    } else if (!hub.knows(position) || position.offset > this.#offset) {
      this.#error('position_unknown', 'This session has not been sent anything up to that position.')
    } else {
      archive.acknowledge(this.#consumer, position.offset)
    }
  }

  #subscribe(id: RequestId, channel: Channel): void {
    const objection = this.#channelObjection(channel)
    if (objection) {
      this.#refuse(id, objection.code, objection.message)
    } else if (this.#channels.length >= MAX_CHANNELS && !this.#channels.includes(channel)) {
      this.#refuse(id, 'channel_limit', `A session may have ${MAX_CHANNELS} channels; unsubscribe from one first.`)
    } else {
      this.#rechannel(id, [...new Set([...this.#channels, channel])])
    }
  }

  #channelObjection(channel: Channel): AndonError | null {
    if (!isChannel(channel)) return { code: 'channel_unknown', message: `There is no channel "${channel}".` }
    const device = deviceOfChannel(channel)
    if (device === null || this.house.operations.knowsDevice(device, this.access)) return null
    return { code: 'device_unknown', message: `There is no device "${device}".` }
  }

  #unsubscribe(id: RequestId, channel: Channel): void {
    if (!this.#channels.includes(channel)) {
      this.#refuse(id, 'not_subscribed', `This session is not subscribed to "${channel}".`)
      return
    }
    this.#rechannel(
      id,
      this.#channels.filter((known) => known !== channel),
    )
  }

  /**
   * Another filter is another state: the reply is followed by its snapshot, in the same tick; on a full socket when it
   * drains, and then one for all changes made meanwhile.
   */
  #rechannel(id: RequestId, channels: Channel[]): void {
    this.socket.send(messageFrame({ type: 'reply', id, ok: true }))
    this.#setChannels(channels)
    if (this.#full()) this.#snapshotDue = true
    else this.#sendSnapshot(false)
  }

  #setChannels(channels: Channel[]): void {
    this.#channels = channels
    this.#filter = filterOf(channels, this.access.filter)
  }

  #full(): boolean {
    const full = this.socket.pending > FULL_BYTES
    if (!full) this.#fullSince = undefined
    return full
  }

  #sendEvents(shared: SharedFrames): void {
    const { hub } = this.house
    const conflate = hub.head - this.#offset > LAG_EVENTS && this.#offset >= this.#owed
    const key = `${this.#offset} ${conflate} ${this.#filter.key}`
    let events = shared.get(key)
    if (!events) {
      events = conflate ? hub.conflatedEvents(this.#offset, this.#filter) : hub.events(this.#offset, this.#filter)
      shared.set(key, events)
    }
    this.#offset = events.to
    this.#conflated += events.conflated
    if (events.frame) this.socket.send(events.frame)
  }

  #paged(after: number, page: readonly Entry[]): void {
    this.#paging = false
    if (this.#ended) return
    const first = page[0]
    const last = page.at(-1)
    if (!first || !last) {
      // Else a snapshot was faster, and it does not matter any more.
      if (!this.#snapshotDue && this.#offset === after) this.#sendSnapshot(true)
    } else if (!this.#snapshotDue && first.offset === this.#offset + 1 && this.#epoch === this.house.hub.epoch) {
      const frame = this.house.hub.frameOf(page, this.#filter, last.offset)
      this.#offset = last.offset
      if (frame) this.socket.send(frame)
    }
    // Else a snapshot for new channels was faster, and the page is of no use any more.
    this.pump(new Map())
  }

  /** A snapshot at the head; the next event sent is the one after it. */
  #sendSnapshot(reset: boolean): void {
    const { hub } = this.house
    this.#offset = hub.head
    this.#epoch = hub.epoch
    this.#snapshotDue = false
    if (reset) this.#resets += 1
    this.socket.send(hub.snapshot(this.#filter, this.#channels, reset))
  }

  #sendHealth(): void {
    const frame = this.house.health(this.access)
    if (frame === this.#healthSent || this.socket.pending > FULL_BYTES) return
    this.#healthSent = frame
    this.socket.send(frame)
  }

  #sendPlant(): void {
    const frame = this.house.plant(this.access)
    if (frame === this.#plantSent || this.socket.pending > FULL_BYTES) return
    this.#plantSent = frame
    this.socket.send(frame)
  }

  #heartbeat(): void {
    const { clock, limits } = this.house
    if (clock.monotonic() - this.#heard >= 2 * limits.heartbeatMs) {
      this.end(CLOSE_CODES.heartbeat_lost)
    } else if (this.#live && this.socket.pending <= FULL_BYTES) {
      this.#pingedAt = clock.monotonic()
      const position = { epoch: this.#epoch, offset: this.#offset }
      this.socket.send(messageFrame({ type: 'ping', time: clock.now(), position }))
    }
  }

  #answered(): void {
    if (this.#pingedAt === undefined) return
    this.#roundTrip = Math.round(this.house.clock.monotonic() - this.#pingedAt)
    this.#pingedAt = undefined
  }

  #refuse(id: RequestId, code: ErrorCode, message: string): void {
    this.socket.send(messageFrame({ type: 'reply', id, ok: false, error: { code, message } }))
  }

  #error(code: ErrorCode, message: string): void {
    this.socket.send(messageFrame({ type: 'error', error: { code, message } }))
  }

  #finish(): void {
    if (this.#ended) return
    this.#ended = true
    for (const stop of this.#stops) stop()
    this.house.ended(this)
  }
}

/** Two browsers at one address are told apart by the beginning of their session's id. */
function operatorOf({ id }: Identity, { kind, address }: Peer, access: Access, station?: string): Operator {
  const local = kind === 'local'
  const named = station?.replaceAll(/\p{Cc}/gu, '').trim()
  const who = { session: id, local, access }
  if (access.account !== null)
    return { ...who, name: `${access.displayName} (${named ?? (local ? 'local display' : address)})` }
  if (named) return { ...who, name: local ? named : `${named} (${address})` }
  return { ...who, name: local ? 'Local display' : `${address} #${id.slice(0, 4)}` }
}

/** A name is its account's own: nobody reads or moves another one's position. */
function consumerOf({ account, owner }: Access, consumer: string | undefined): string | undefined {
  return consumer === undefined || account === null ? consumer : `${owner}/${consumer}`
}
