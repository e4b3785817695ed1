import type { Log } from '../core/log.ts'
import { DataDirInUse } from './adapters/data-dir-lock.ts'
import { createLog } from './adapters/logger.ts'
import { ListenError } from './adapters/listener.ts'
import type { Panel } from './panel.ts'
import { AccountsUnreadable } from './identity.ts'
import { type Config, readCommandLine } from './config.ts'
import { helpText } from './options.ts'
import { UsageError } from './usage-error.ts'
import { VERSION } from './version.ts'

/** Exit code for a wrong command line or configuration, as is the custom. */
const USAGE_EXIT = 2

export type Start =
  | { readonly kind: 'run'; readonly config: Config; readonly log: Log }
  | { readonly kind: 'exit'; readonly code: number; readonly text: string }

/** What both entries do first: read the command line, and see whether there is anything to run. */
export function readStart(argv: readonly string[]): Start {
  try {
    const line = readCommandLine(argv)
    switch (line.kind) {
      case 'help':
        return { kind: 'exit', code: 0, text: helpText() }
      case 'version':
        return { kind: 'exit', code: 0, text: `${VERSION}\n` }
      case 'run':
        return { kind: 'run', config: line.config, log: createLog(line.config.logLevel, line.config.dataDir) }
      default:
        return line satisfies never
    }
  } catch (error) {
    if (error instanceof UsageError) return { kind: 'exit', code: USAGE_EXIT, text: `andon: ${error.message}\n` }
    throw error
  }
}

/** What is told on standard output once the panel runs. */
export function startText(panel: Pick<Panel, 'listening' | 'url' | 'redirectUrl' | 'certificate'>): string {
  const { certificate } = panel
  return [
    `Andon listens for events on ${panel.listening.join(', ')}`,
    `Andon is at ${panel.url}`,
    ...(panel.redirectUrl === null ? [] : [`Andon sends on to it from ${panel.redirectUrl}`]),
    ...(certificate ? [`SHA-256 fingerprint of its certificate: ${certificate.fingerprint}`] : []),
    ...(certificate?.source === 'generated' ? [`Browsers trust it with the authority ${panel.url}ca.crt`] : []),
    '',
  ].join('\n')
}

/** How the first administrator is made where there is no window to do it in. */
export function codeText(code: string): string {
  return `To make the first administrator, open “Sign in” on the page within 30 minutes: ${code}\n`
}

/** A failed start as one line for people; what is not expected keeps its stack, in the log. */
export function failedStart(error: unknown, log: Log): string {
  if (error instanceof ListenError || error instanceof DataDirInUse || error instanceof AccountsUnreadable) {
    return error.message
  }
  log.error({ err: error }, 'start failed')
  return `The panel could not start: ${error instanceof Error ? error.message : String(error)}`
}
