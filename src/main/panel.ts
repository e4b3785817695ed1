import type { Clock } from '../core/clock.ts'
import type { IngestAdmission } from '../core/ingest-admission.ts'
import type { Log } from '../core/log.ts'
import type { ScryptCost } from '../core/password.ts'
import type { Accept } from '../core/session-socket.ts'
import type { Standing } from '../core/standing.ts'
import type { CertificateHealth, Health } from '../shared/health.ts'
import type { HttpTimes } from './adapters/http-servers.ts'
import type { BindingResult } from './adapters/unix-binding.ts'
import type { ApiAnswer, ApiQuestion } from './adapters/web-server.ts'
import type { UnderWay } from './shell/update-rules.ts'

/** What a panel is started with besides its configuration. */
export interface Surroundings {
  readonly log: Log
  /** Folder with the built renderer. */
  readonly rendererDir: string
  /** The built journal thread. */
  readonly journalThread: string
  /** The built thread that checks configuration files. */
  readonly configThread: string
  /** The native addon; a test may say that it is missing. */
  readonly addon?: BindingResult
  /** Overrides of the session limits, milliseconds. */
  readonly heartbeatMs?: number
  readonly helloMs?: number
  readonly fullMs?: number
  /** Overrides of the web server's. */
  readonly times?: HttpTimes
  /** Who may send events over the network; default: who has a token with the right to. */
  readonly ingestAdmission?: IngestAdmission
  /** Prints the one-time code for the first administrator. Without it there is none: only the window makes one. */
  readonly tellCode?: (code: string) => void
  /** Ends the panel and starts it again, as the settings file has it by then. Without it the panel cannot restart. */
  readonly restart?: () => void
  /** Makes the window of a kiosk an ordinary one; without it there is no kiosk. */
  readonly leaveKiosk?: () => void
  /** Default: what is secure; a test takes less. */
  readonly scryptCost?: ScryptCost
  /** Default: the system's. */
  readonly clock?: Clock
}

/** The running panel. */
export interface Panel {
  /** For the machine's own display. */
  readonly accept: Accept
  /** Where browsers find it. */
  readonly url: string
  /** Where plain HTTP is sent on from; null where it is not listened for. */
  readonly redirectUrl: string | null
  /** What is served over HTTPS at the start; null over plain HTTP. */
  readonly certificate: CertificateHealth | null
  /** Where datagrams go. */
  readonly listening: readonly string[]
  /** Prints the one-time code for the first administrator, while there is no account. */
  offerCode(): void
  health(): Health
  /** How things stand at this moment, in brief. */
  standing(): Standing
  /** Called soon, and with every change; see StandingBoard. Returns the function that unsubscribes. */
  onStanding(listener: (standing: Standing) => void): () => void
  /** The computer is about to sleep, or awake again: that goes into the log. */
  suspended(): void
  resumed(): void
  /** Commands that no machine has settled yet, and machines that somebody has control of. */
  underWay(): UnderWay
  /** Answers the machine's own display, for a path below `/api/`. */
  ask(question: ApiQuestion): Promise<ApiAnswer>
  /** Idempotent. Listeners first, so that nothing new comes in; then viewers, the port, the journal. */
  close(): Promise<void>
}
