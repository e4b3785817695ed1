import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { type WebSocket, WebSocketServer } from 'ws'
import type { Clock, Stop } from '../../core/clock.ts'
import { RECEIVE_BUFFER_BYTES } from '../../core/decode.ts'
import type { Ingest, Inlet } from '../../core/ingest.ts'
import type { AdmittedSource, IngestAdmission } from '../../core/ingest-admission.ts'
import { Pace } from '../../core/pace.ts'
import { CLOSE_CODES, type CloseCode } from '../../shared/close-codes.ts'
import { IngestConnection } from './ingest-connection.ts'
import { FRAME_LIMITS } from './ws-socket.ts'

/** Where programs on other computers send events to. */
export const INGEST_PATH = '/ingest'

const CONNECTIONS = 100
const CONNECTIONS_OF_SOURCE = 10
const SOURCES = 100

const HEARTBEAT_MS = 30_000

export interface IngestDoorOptions {
  readonly ingest: Ingest
  readonly admission: IngestAdmission
  readonly clock: Clock
  /** Events a second that are read of one source; faster ones wait. */
  readonly perSecond: number
}

interface Source {
  readonly inlet: Inlet
  readonly pace: Pace
  connections: number
}

interface Open {
  readonly socket: WebSocket
  readonly connection: IngestConnection
  readonly token: string
  readonly address: string
  admitted: AdmittedSource
}

/** Takes events in over WebSocket, from programs that show a token. */
export class IngestDoor {
  readonly #options: IngestDoorOptions
  readonly #sockets = new WebSocketServer({
    noServer: true,
    maxPayload: RECEIVE_BUFFER_BYTES - 1,
    ...FRAME_LIMITS,
  })
  /** Those that send, and the latest of those that did. */
  readonly #sources = new Map<string, Source>()
  readonly #open = new Set<Open>()
  readonly #stop: Stop
  #closed = false

  constructor(options: IngestDoorOptions) {
    this.#options = options
    this.#stop = options.clock.every(HEARTBEAT_MS, () => this.#look())
  }

  /** Lets the program in, or says in HTTP why not. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const address = request.socket.remoteAddress ?? ''
    const token = bearer(request)
    const admitted = this.#options.admission.admit(token, address)
    if (this.#closed) return refuse(socket, '503 Service Unavailable', CLOSE_CODES.going_away.reason)
    if ('refused' in admitted) {
      const status = admitted.refused === 'token' ? '401 Unauthorized' : '403 Forbidden'
      return refuse(socket, status, admitted.message)
    }
    const source = this.#source(admitted.source)
    if (this.#open.size >= CONNECTIONS || source.connections >= CONNECTIONS_OF_SOURCE) {
      return refuse(socket, '429 Too Many Requests', CLOSE_CODES.too_many_connections.reason)
    }
    this.#sockets.handleUpgrade(request, socket, head, (webSocket) =>
      this.#begin(webSocket, source, { token, address, admitted }),
    )
  }

  /** Tells each program how far it has come. Idempotent. */
  async close(): Promise<void> {
    this.#closed = true
    this.#stop()
    const gone = [...this.#open].map(({ socket }) => new Promise((resolve) => socket.once('close', resolve)))
    for (const each of this.#open) end(each, CLOSE_CODES.going_away)
    await Promise.all(gone)
    this.#sockets.close()
  }

  #begin(socket: WebSocket, source: Source, asked: Pick<Open, 'token' | 'address' | 'admitted'>): void {
    const { clock } = this.#options
    const { inlet, pace } = source
    const mayWrite = (machine: string): boolean => open.admitted.mayWrite(machine)
    const open: Open = { ...asked, socket, connection: new IngestConnection({ socket, inlet, pace, clock, mayWrite }) }
    this.#open.add(open)
    source.connections += 1
    inlet.listening()
    socket.once('close', () => {
      this.#open.delete(open)
      source.connections -= 1
      if (source.connections > 0) return
      inlet.closed()
      this.#forget()
    })
  }

  #source(name: string): Source {
    const known = this.#sources.get(name)
    if (known) return known
    const source = {
      inlet: this.#options.ingest.inlet('ws', name),
      pace: new Pace(this.#options.perSecond),
      connections: 0,
    }
    this.#sources.set(name, source)
    return source
  }

  /** Tokens come and go: of sources without a connection only so many keep their figures. */
  #forget(): void {
    for (const [name, { inlet, connections }] of this.#sources) {
      if (this.#sources.size <= SOURCES) return
      if (connections > 0) continue
      this.#sources.delete(name)
      this.#options.ingest.forget(inlet)
    }
  }

  /** Who is still there, and may still send. */
  #look(): void {
    for (const open of this.#open) {
      const admitted = this.#options.admission.admit(open.token, open.address)
      if ('refused' in admitted || admitted.source !== open.admitted.source) end(open, CLOSE_CODES.token_refused)
      else if (!open.connection.ping()) end(open, CLOSE_CODES.heartbeat_lost)
      else open.admitted = admitted
    }
  }
}

function end({ connection }: Open, { code, reason }: CloseCode): void {
  connection.close(code, reason)
}

/** In a header alone: addresses are written to logs and histories. */
function bearer(request: IncomingMessage): string {
  return /^Bearer ([\x21-\x7e]{1,1000})$/i.exec(request.headers.authorization ?? '')?.[1] ?? ''
}

function refuse(socket: Duplex, status: string, message: string): void {
  const challenge = status.startsWith('401') ? 'WWW-Authenticate: Bearer\r\n' : ''
  const body = `${message}\n`
  socket.end(
    `HTTP/1.1 ${status}\r\n${challenge}Connection: close\r\nContent-Type: text/plain; charset=utf-8\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  )
}
