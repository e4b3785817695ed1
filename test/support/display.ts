import { MessageChannel } from 'node:worker_threads'
import { onTestFinished } from 'vitest'
import { acceptPort } from '../../src/main/electron/port-socket.ts'
import type { Panel } from '../../src/main/panel.ts'
import type { PortFrame } from '../../src/shared/bridge.ts'
import { nodePort } from '../unit/electron/node-port.ts'
import { waitFor } from './wait-for.ts'

export interface DisplayAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Record<string, unknown> & { readonly error?: { readonly code: string } }
}

/** The machine's own display, as the window is to the panel: its requests, and its sessions over a real port. */
export class DisplayWindow {
  constructor(readonly panel: Panel) {}

  async ask(path: string, body?: object, method = body ? 'POST' : 'GET'): Promise<DisplayAnswer> {
    const answer = await this.panel.ask({ path, method, ...(body ? { body: JSON.stringify(body) } : {}) })
    let text = ''
    for await (const chunk of answer.body) text += String(chunk)
    return { ...answer, body: (text === '' ? {} : JSON.parse(text)) as DisplayAnswer['body'] }
  }

  signIn(name: string, password: string): Promise<DisplayAnswer> {
    return this.ask('/api/v1/sign-in', { name, password })
  }

  async me(): Promise<DisplayAnswer['body']> {
    return (await this.ask('/api/v1/me')).body
  }

  /** A session that has said hello. */
  async live(): Promise<DisplaySession> {
    const session = new DisplaySession(this.panel)
    await waitFor(() => session.messages.some((each) => each['type'] === 'snapshot') || session.closed, {
      what: 'the snapshot',
    })
    return session
  }
}

export class DisplaySession {
  readonly messages: Record<string, unknown>[] = []
  closed: { code: number; reason: string } | undefined
  readonly #post: (frame: PortFrame) => void
  #ids = 0

  constructor(panel: Panel) {
    const { port1, port2 } = new MessageChannel()
    onTestFinished(() => port2.close())
    port2.on('message', (frame: PortFrame) => {
      if (frame.kind === 'frame') this.messages.push(JSON.parse(frame.text) as Record<string, unknown>)
      if (frame.kind === 'close') this.closed = { code: frame.code, reason: frame.reason }
    })
    this.#post = (frame) => port2.postMessage(frame, [])
    acceptPort(nodePort(port1), { kind: 'local', address: 'window', agent: 'test' }, panel.accept)
    this.send({ type: 'hello', protocol: 1, client: { name: 'display' } })
  }

  send(message: object): void {
    this.#post({ kind: 'message', text: JSON.stringify(message) })
  }

  /** Asks, and resolves with the reply. */
  async ask(message: object): Promise<Record<string, unknown>> {
    const id = (this.#ids += 1)
    this.send({ id, ...message })
    return waitFor(() => this.messages.find((each) => each['type'] === 'reply' && each['id'] === id), {
      what: `the reply to ${JSON.stringify(message)}`,
    })
  }

  close(): Promise<{ code: number; reason: string }> {
    return waitFor(() => this.closed, { what: 'the close' })
  }
}
