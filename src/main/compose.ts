import { randomUUID } from 'node:crypto'
import { HealthBoard } from '../core/health-board.ts'
import { Hub } from '../core/hub.ts'
import { Ingest } from '../core/ingest.ts'
import type { Log } from '../core/log.ts'
import { Sessions } from '../core/sessions.ts'
import type { Accept } from '../core/session-socket.ts'
import { watchStaleness } from '../core/staleness.ts'
import type { Health } from '../shared/health.ts'
import { systemClock } from './adapters/clock.ts'
import { type BindingResult, loadUnixBinding } from './adapters/unix-binding.ts'
import { startWebServer } from './adapters/web-server.ts'
import type { Config } from './config.ts'
import { openListeners } from './listeners.ts'
import { VERSION } from './version.ts'

/** Limits on what a viewer may do; see PROTOCOL.md. */
const SESSION_LIMITS = { helloMs: 10_000, heartbeatMs: 30_000, messageBytes: 64 * 1024 }

export interface Surroundings {
  readonly log: Log
  /** Folder with the built renderer. */
  readonly rendererDir: string
  /** The native addon; a test may say that it is missing. */
  readonly addon?: BindingResult
  /** Overrides of the session limits, milliseconds. */
  readonly heartbeatMs?: number
  readonly helloMs?: number
}

/** The running panel. */
export interface Panel {
  readonly accept: Accept
  /** Where browsers find it. */
  readonly url: string
  /** Where datagrams go. */
  readonly listening: readonly string[]
  health(): Health
  /** Idempotent. Listeners first, so that nothing new comes in; then viewers; then the port. */
  close(): Promise<void>
}

/** The composition root: builds the panel from its parts and starts it. Rejects with a ListenError. */
export async function compose(config: Config, surroundings: Surroundings): Promise<Panel> {
  const { log, rendererDir, addon } = surroundings
  const clock = systemClock
  const startedAt = clock.now()
  const hub = new Hub({ clock, epoch: randomUUID() })
  const ingest = new Ingest(hub, clock, log)
  const listeners = await openListeners(config, ingest, log, addon ?? loadUnixBinding())

  const board = new HealthBoard(
    clock,
    () => ({
      startedAt,
      version: VERSION,
      offset: hub.head,
      sessions: sessions.size,
      listeners: ingest.listeners,
      problems: [...listeners.problems],
      refusedSamples: [...ingest.samples],
    }),
    () => sessions.healthChanged(),
  )
  const limits = {
    ...SESSION_LIMITS,
    helloMs: surroundings.helloMs ?? SESSION_LIMITS.helloMs,
    heartbeatMs: surroundings.heartbeatMs ?? SESSION_LIMITS.heartbeatMs,
  }
  const sessions: Sessions = new Sessions({
    hub,
    clock,
    limits,
    connections: config.connections,
    version: VERSION,
    health: () => board.frame,
  })
  const stopStaleness = watchStaleness(
    hub,
    clock,
    (machine) => config.machineStaleAfterMs.get(machine) ?? config.staleAfterMs,
  )
  const unready = (): string[] =>
    ingest.listeners.some((listener) => listener.state === 'listening') ? [] : ['No datagram listener is open.']

  let web
  try {
    web = await startWebServer({
      host: config.host,
      port: config.port,
      rendererDir,
      messageBytes: limits.messageBytes,
      accept: sessions.accept,
      health: () => board.health,
      unready,
    })
  } catch (error) {
    stopStaleness()
    board.close()
    sessions.close()
    await listeners.close()
    throw error
  }

  const { url } = web
  let closing: Promise<void> | undefined
  const close = async (): Promise<void> => {
    await listeners.close()
    stopStaleness()
    board.close()
    sessions.close()
    await web.close()
  }
  log.info({ url, listening: listeners.addresses }, 'listening')
  return {
    accept: sessions.accept,
    url,
    listening: listeners.addresses,
    health: () => board.health,
    close: () => (closing ??= close()),
  }
}
