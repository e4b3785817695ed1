import { onTestFinished } from 'vitest'
import { WebSocket } from 'ws'
import { SessionClient, type SessionOptions } from '../../src/client/session-client.ts'
import { wsTransport } from '../../src/client/ws-transport.ts'
import type { EventView } from '../../src/shared/event.ts'
import type { Health } from '../../src/shared/health.ts'
import type { Snapshot } from '../../src/shared/messages.ts'
import { waitFor } from './wait-for.ts'

/** A viewer as the renderer has one, over a real WebSocket, that remembers what it was told. */
export class Viewer {
  readonly client: SessionClient
  readonly events: EventView[] = []
  readonly snapshots: Snapshot[] = []
  health: Health | undefined

  constructor(url: string, options: Partial<SessionOptions> = {}) {
    this.client = new SessionClient({
      connect: wsTransport(new URL('ws', url).href.replace('http', 'ws'), WebSocket),
      client: { name: 'test' },
      ...options,
    })
    this.client.listen({
      events: (events) => this.events.push(...events),
      snapshot: (snapshot) => this.snapshots.push(snapshot),
      health: (health) => (this.health = health),
    })
    onTestFinished(() => this.client.close())
  }

  live(): Promise<unknown> {
    return waitFor(() => this.client.status.kind === 'live', { what: 'a live session' })
  }

  /** Waits until this viewer stands at `offset`. */
  at(offset: number): Promise<unknown> {
    return waitFor(() => (this.client.replica.position?.offset ?? 0) >= offset, { what: `position ${offset}` })
  }
}

/** Opens a bare WebSocket and collects what arrives. */
export class RawViewer {
  readonly messages: Record<string, unknown>[] = []
  readonly texts: string[] = []
  closed: { code: number; reason: string } | undefined
  readonly socket: WebSocket

  constructor(url: string, options: { readonly origin?: string; readonly headers?: Record<string, string> } = {}) {
    this.socket = new WebSocket(new URL('ws', url).href.replace('http', 'ws'), options)
    this.socket.on('message', (bytes: Buffer) => {
      this.texts.push(bytes.toString())
      this.messages.push(JSON.parse(bytes.toString()) as Record<string, unknown>)
    })
    this.socket.on('close', (code, reason) => (this.closed = { code, reason: reason.toString() }))
    this.socket.on('error', () => undefined)
    onTestFinished(() => this.socket.terminate())
  }

  async open(): Promise<this> {
    await waitFor(() => this.socket.readyState === WebSocket.OPEN || this.closed, { what: 'an open socket' })
    return this
  }

  send(message: unknown): void {
    this.socket.send(typeof message === 'string' ? message : JSON.stringify(message))
  }

  hello(extra: object = {}): void {
    this.send({ type: 'hello', protocol: 1, client: { name: 'raw' }, ...extra })
  }

  /** The first message of this type, as soon as there is one. */
  message(type: string): Promise<Record<string, unknown>> {
    return waitFor(() => this.messages.find((message) => message['type'] === type), { what: `a ${type} message` })
  }

  close(): Promise<{ code: number; reason: string }> {
    return waitFor(() => this.closed, { what: 'the close' })
  }
}
