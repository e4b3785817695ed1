import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { onTestFinished } from 'vitest'
import { compose } from '../../src/main/compose.ts'
import { type Config, readCommandLine } from '../../src/main/config.ts'
import type { Panel, Surroundings } from '../../src/main/panel.ts'
import { MemoryLog } from './memory-log.ts'
import { tempDir } from './temp-dir.ts'

/** The built renderer; `npm test` builds before it tests. */
export const RENDERER_DIR = resolve(import.meta.dirname, '../../out/renderer')

/** The built journal thread: a worker cannot run TypeScript. */
export const JOURNAL_THREAD = resolve(import.meta.dirname, '../../out/main/journal.js')

/** The built thread that checks configuration files. */
export const CONFIG_THREAD = resolve(import.meta.dirname, '../../out/main/config.js')

/** A configuration as the command line would make it, with everything in a folder of the test's own. */
export function testConfig(args: readonly string[] = [], dir = tempDir()): Config {
  const line = readCommandLine([
    ...(args.includes('--events-socket') || namesSockets(args) ? [] : ['--events-socket', join(dir, 'events.sock')]),
    ...(args.includes('--port') ? [] : ['--port', '0']),
    '--data-dir',
    join(dir, 'data'),
    '--log-level',
    'silent',
    ...args,
  ])
  if (line.kind !== 'run') throw new Error('not a run')
  return line.config
}

/** The command line goes before the file: where that names sockets, none is added. */
function namesSockets(args: readonly string[]): boolean {
  const file = args.includes('--config') ? args[args.indexOf('--config') + 1] : undefined
  return file !== undefined && existsSync(file) && /^events_sockets:/m.test(readFileSync(file, 'utf8'))
}

export interface TestPanel extends Panel {
  readonly config: Config
  readonly log: MemoryLog
  /** Where to send datagrams. */
  readonly socket: string
}

/** A panel with real sockets, closed with the test. */
export async function startPanel(
  args: readonly string[] = [],
  surroundings: Partial<Surroundings> & { readonly dir?: string } = {},
): Promise<TestPanel> {
  const { dir, ...rest } = surroundings
  const config = testConfig(args, dir)
  const log = new MemoryLog()
  const panel = await compose(config, {
    log,
    rendererDir: RENDERER_DIR,
    journalThread: JOURNAL_THREAD,
    configThread: CONFIG_THREAD,
    ...rest,
  })
  onTestFinished(() => panel.close())
  return { ...panel, config, log, socket: config.eventsSockets[0]?.path ?? '' }
}
