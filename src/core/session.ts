import { MAX_CHANNELS } from '../shared/channel.ts'
import { CLOSE_CODES, type CloseCode } from '../shared/close-codes.ts'
import { MAX_DEPTH } from '../shared/datagram.ts'
import type { AndonError } from '../shared/errors.ts'
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
import { Heartbeat } from './heartbeat.ts'
import type { Hub } from './hub.ts'
import { type Identity, sameKey } from './identities.ts'
import type { Log } from './log.ts'
import { LogCursor, type SharedFrames } from './log-cursor.ts'
import { MessageRate } from './message-rate.ts'
import type { Operations } from './operations.ts'
import { type Operator, operatorOf } from './operator.ts'
import { Outlet } from './outlet.ts'
import { answerRequest } from './session-requests.ts'
import type { Connection, Frame, Peer, SessionSocket } from './session-socket.ts'
import { Subscriptions } from './subscriptions.ts'

const clientMessage = door(ClientMessageSchema)

/** What comes from viewers is written again, into events and for machines: deep nesting would exhaust the stack. */
const TOO_DEEP: Parsed<ClientMessage> = {
  ok: false,
  error: { code: 'bad_message', message: `The message is nested deeper than ${MAX_DEPTH} levels.` },
}

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
  readonly log: Log
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

/** One viewer: who it is, a cursor into the log, and a socket. */
export class Session implements Connection {
  #live = false
  #ended = false
  #expelled = false
  #badMessages = 0
  #identity: Identity
  #operator: Operator
  #consumer: string | undefined
  readonly #since: number
  readonly #rate: MessageRate
  readonly #outlet: Outlet
  readonly #cursor: LogCursor
  readonly #subscriptions: Subscriptions
  readonly #heartbeat: Heartbeat
  readonly #stops: Stop[] = []

  constructor(
    identity: Identity,
    readonly peer: Peer,
    readonly access: Access,
    socket: SessionSocket,
    private readonly house: SessionHouse,
  ) {
    const { clock, limits, hub, archive, operations } = house
    this.#identity = identity
    this.#operator = operatorOf(identity, peer, access)
    this.#outlet = new Outlet(socket)
    this.#cursor = new LogCursor(hub, archive, this.#outlet)
    this.#subscriptions = new Subscriptions(access, operations)
    this.#heartbeat = new Heartbeat(clock, limits.heartbeatMs)
    this.#since = clock.now()
    this.#rate = new MessageRate(limits.messagesPerSecond, clock.monotonic())
    this.#stops.push(
      clock.after(limits.helloMs, () => {
        if (!this.#live) this.end(CLOSE_CODES.hello_timeout)
      }),
      clock.every(limits.heartbeatMs, () => this.#beat()),
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
    this.#heartbeat.heard()
    if (!this.#admits()) return
    const parsed = tooDeep(text) ? TOO_DEEP : parseMessage(text, clientMessage)
    if (!parsed.ok) {
      this.#badMessages += 1
      this.#error(parsed.error)
      if (!this.#live || this.#badMessages >= BAD_MESSAGES) this.end(CLOSE_CODES.bad_message)
      return
    }
    try {
      this.#handle(parsed.value)
    } catch (error) {
      // Nobody below would catch it, and it would end the panel for all.
      this.house.log.error({ err: error, type: parsed.value.type }, 'a viewer’s message could not be handled')
      this.end(CLOSE_CODES.internal)
    }
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
    this.#outlet.close(close)
  }

  /** Sends what this session has not seen yet, as far as its socket takes it. */
  pump(shared: SharedFrames): void {
    if (this.#live && !this.#ended) this.#cursor.pump(shared)
  }

  /** How this viewer is doing, for the others to see. */
  get health(): ViewerHealth {
    return {
      session: this.id,
      kind: this.peer.kind,
      address: this.peer.address,
      agent: this.peer.agent,
      since: this.#since,
      lag: this.#live ? this.#cursor.lag : 0,
      pending: this.#outlet.pending,
      conflated: this.#cursor.conflated,
      resets: this.#cursor.resets,
      roundTrip: this.#heartbeat.roundTrip,
    }
  }

  /** Ends a session whose socket has been full for too long. Asked now and then. */
  checkFull(): void {
    const { clock, limits } = this.house
    if (this.#outlet.stuck(clock.monotonic(), limits.fullMs)) this.end(CLOSE_CODES.too_slow)
  }

  /** Sends the panel's health, if it is new and the socket is not full. */
  healthChanged(): void {
    if (this.#live && !this.#ended) this.#sendHealth()
  }

  /** Browsers were signed in or out that whoever this is may see. */
  signInsChanged(): void {
    if (this.#live && !this.#ended) this.#outlet.say({ type: 'sign_ins' })
  }

  /** Sends what is described of the plant, if it is new and the socket is not full. */
  plantChanged(): void {
    if (!this.#live || this.#ended) return
    this.#sendPlant()
    // What belongs to a group that may be seen can be something else by now.
    if (this.#subscriptions.filter.key !== this.#cursor.filter.key) this.#cursor.show(this.#subscriptions, true)
  }

  /** True where this viewer has no way back: whatever it holds is free at once. */
  get expelled(): boolean {
    return this.#expelled
  }

  /** False where this client sends faster than it may. It is told once, and closed where it does not slow down. */
  #admits(): boolean {
    const admission = this.#rate.message(this.house.clock.monotonic())
    if (admission === 'told') this.#error(this.#tooMany())
    else if (admission === 'exhausted') this.end(CLOSE_CODES.rate_limited)
    return admission === 'admitted'
  }

  #tooMany(): AndonError {
    const { messagesPerSecond } = this.house.limits
    const message = `More than ${messagesPerSecond} messages a second: slow down, this was not read.`
    return { code: 'rate_limited', message }
  }

  #handle(message: ClientMessage): void {
    if (message.type === 'hello') {
      this.#hello(message)
      return
    }
    if (!this.#live) {
      this.#error({ code: 'hello_expected', message: 'The first message must be a hello.' })
      this.end(CLOSE_CODES.bad_message)
      return
    }
    if ('id' in message && !this.#rate.affords(message, this.house.clock.monotonic())) {
      this.#refuse(message.id, this.#tooMany())
      return
    }
    // Signs of life are no sign of a person.
    if (message.type !== 'ping' && message.type !== 'pong' && message.type !== 'ack') this.access.used()
    switch (message.type) {
      case 'subscribe':
        this.#rechannelled(message.id, this.#subscriptions.add(message.channel))
        break
      case 'unsubscribe':
        this.#rechannelled(message.id, this.#subscriptions.remove(message.channel))
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
        this.#outlet.say(answerRequest(message, this.#operator, this.house.operations))
        break
      case 'ping':
        this.#outlet.say({ type: 'pong', id: message.id, time: this.house.clock.now() })
        break
      case 'pong':
        this.#heartbeat.answered()
        break
      default:
        message satisfies never
    }
  }

  #hello(hello: Hello): void {
    if (this.#live) {
      this.#error({ code: 'hello_repeated', message: 'This session has already said hello.' })
      return
    }
    if (hello.protocol !== PROTOCOL_VERSION) {
      this.end(CLOSE_CODES.protocol_unsupported)
      return
    }
    const objection = this.#subscriptions.begin(hello.channels ?? ['all'])
    if (objection) {
      this.#error(objection)
      // A device may be heard of later: whoever watches it comes back after a restart that has forgotten it.
      this.end(objection.code === 'device_unknown' ? CLOSE_CODES.device_unknown : CLOSE_CODES.bad_message)
      return
    }
    const { clock, limits, version, operations } = this.house
    const before = hello.session && this.house.takeUp(hello.session, this.access.owner)
    if (before) this.#identity = before
    this.#operator = operatorOf(this.#identity, this.peer, this.access, hello.client.station)
    this.#consumer = consumerOf(this.access, hello.consumer)
    const from = this.#resumable(hello)
    this.#live = true
    this.#outlet.say({
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
    })
    this.#sendPlant()
    this.#sendHealth()
    if (before) operations.sessions.resumed(this.id)
    if (from === null) this.#cursor.start(this.#subscriptions, hello.resume !== undefined)
    else this.#cursor.resume(this.#subscriptions, from)
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
      this.#error({ code: 'no_consumer', message: 'Only a session whose hello named a consumer can acknowledge.' })
    } else if (!hub.knows(position) || position.offset > this.#cursor.position.offset) {
      this.#error({
        code: 'position_unknown',
        message: 'This session has not been sent anything up to that position.',
      })
    } else {
      archive.acknowledge(this.#consumer, position.offset)
    }
  }

  /** Another filter is another state: the reply is followed by its snapshot. */
  #rechannelled(id: RequestId, objection: AndonError | null): void {
    if (objection) {
      this.#refuse(id, objection)
      return
    }
    this.#outlet.say({ type: 'reply', id, ok: true })
    this.#cursor.show(this.#subscriptions, false)
  }

  #sendHealth(): void {
    this.#outlet.renew('health', this.house.health(this.access))
  }

  #sendPlant(): void {
    this.#outlet.renew('plant', this.house.plant(this.access))
  }

  #beat(): void {
    if (this.#heartbeat.lost) {
      this.end(CLOSE_CODES.heartbeat_lost)
    } else if (this.#live && !this.#outlet.full()) {
      this.#heartbeat.pinged()
      this.#outlet.say({ type: 'ping', time: this.house.clock.now(), position: this.#cursor.position })
    }
  }

  #refuse(id: RequestId, error: AndonError): void {
    this.#outlet.say({ type: 'reply', id, ok: false, error })
  }

  #error(error: AndonError): void {
    this.#outlet.say({ type: 'error', error })
  }

  #finish(): void {
    if (this.#ended) return
    this.#ended = true
    for (const stop of this.#stops) stop()
    this.#cursor.close()
    this.house.ended(this)
  }
}

/** A name is its account's own: nobody reads or moves another one's position. */
function consumerOf({ account, owner }: Access, consumer: string | undefined): string | undefined {
  return consumer === undefined || account === null ? consumer : `${owner}/${consumer}`
}
