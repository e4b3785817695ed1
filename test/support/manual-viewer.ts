import { Replica } from '../../src/client/replica.ts'
import type { AcceptAs, Connection, Frame, SessionSocket } from '../../src/core/session-socket.ts'
import type { ServerMessage } from '../../src/shared/messages.ts'
import { OPEN } from './access.ts'

/** A socket whose frames lie there until the test takes them. */
class ManualSocket implements SessionSocket {
  readonly frames: Frame[] = []
  closed: { readonly code: number; readonly reason: string } | undefined

  constructor(private readonly weight: number) {}

  /** Every frame weighs at least `weight`, so that a few small ones make a full socket. */
  get pending(): number {
    return this.frames.reduce((sum, frame) => sum + Math.max(frame.text.length, this.weight), 0)
  }

  send(frame: Frame): void {
    if (this.closed) throw new Error('sent to a closed socket')
    this.frames.push(frame)
  }

  close(code: number, reason: string): void {
    this.closed = { code, reason }
  }
}

/** A viewer as the session client is one, that takes in its frames one by one and comes back when it is told to. */
export class ManualViewer {
  readonly replica = new Replica()
  readonly channels: Set<string>
  /** Messages taken in since it was made. */
  readonly messages: ServerMessage[] = []
  /** Why its last link was closed by the panel. */
  closedWith: number | undefined
  #socket: ManualSocket | undefined
  #connection: Connection | undefined
  #nextId = 1
  readonly #asked = new Map<number, () => void>()

  constructor(
    channels: readonly string[] = ['all'],
    private readonly weight = 0,
  ) {
    this.channels = new Set(channels)
  }

  get linked(): boolean {
    return this.#connection !== undefined
  }

  get waiting(): number {
    return this.#socket?.frames.length ?? 0
  }

  connect(accept: AcceptAs, extra: object = {}): void {
    if (this.#connection) return
    this.#asked.clear()
    this.#socket = new ManualSocket(this.weight)
    this.#connection = accept(this.#socket, { kind: 'remote', address: '127.0.0.1', agent: 'test' }, OPEN)
    const resume = this.replica.shows(this.channels) ? this.replica.position : undefined
    this.#send({
      type: 'hello',
      protocol: 1,
      client: { name: 'test' },
      channels: [...this.channels],
      ...(resume ? { resume } : {}),
      ...extra,
    })
  }

  /** The link is gone, with all that was on its way. */
  cut(): void {
    const connection = this.#connection
    this.#connection = undefined
    this.#socket = undefined
    connection?.closed()
  }

  /** Adds or removes a channel. */
  toggle(channel: string): void {
    if (!this.#connection) return
    const type = this.channels.has(channel) ? 'unsubscribe' : 'subscribe'
    const id = this.#nextId++
    this.#asked.set(id, () => (type === 'subscribe' ? this.channels.add(channel) : this.channels.delete(channel)))
    this.#send({ type, id, channel })
  }

  acknowledge(): void {
    if (this.replica.position) this.#send({ type: 'ack', position: this.replica.position })
  }

  /** Takes in so many frames. */
  take(count = Infinity): void {
    for (let i = 0; i < count; i += 1) {
      const frame = this.#socket?.frames.shift()
      if (!frame) break
      this.#receive(JSON.parse(frame.text) as ServerMessage)
      this.#connection?.drained()
    }
    if (this.#socket?.closed && this.waiting === 0) {
      this.closedWith = this.#socket.closed.code
      this.cut()
    }
  }

  /** The machines, as a snapshot would show them. */
  get machines(): unknown {
    return JSON.parse(JSON.stringify([...this.replica.state.machines.values()]))
  }

  #send(message: object): void {
    this.#connection?.receive(JSON.stringify(message))
  }

  #receive(message: ServerMessage): void {
    this.messages.push(message)
    switch (message.type) {
      case 'snapshot':
        this.replica.load(message)
        break
      case 'events':
        this.replica.apply(message)
        break
      case 'ping':
        if (this.replica.position) this.replica.position = message.position
        this.#send({ type: 'pong' })
        break
      case 'reply':
        if (message.ok) this.#asked.get(Number(message.id))?.()
        break
      case 'welcome':
      case 'plant':
      case 'health':
      case 'sign_ins':
      case 'pong':
      case 'error':
        break
      default:
        message satisfies never
    }
  }
}
