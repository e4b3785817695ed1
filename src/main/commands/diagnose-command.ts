import { rmSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { type Config, namedPlaces, readCommandLine } from '../config.ts'
import { bundleName } from '../diagnose/bundle-name.ts'
import { diagnosticsBundle, type Subject } from '../diagnose/bundle.ts'
import type { Written } from '../diagnose/written.ts'
import { HELP_WORDS } from '../shell/help-words.ts'
import { UsageError } from '../usage-error.ts'
import type { CommandEnd } from './command-end.ts'

const USAGE = 'Write: diagnose [--out FILE], and the options that the panel is started with, such as --data-dir DIR.'

/** `diagnose`: writes the diagnostics, never over another file. */
export async function diagnoseCommand(args: readonly string[]): Promise<CommandEnd> {
  const now = new Date()
  const { out, rest } = split(args)
  const written = await writeDiagnostics(out ?? bundleName(now), rest, { now })
  const { file } = written
  if (written.kind === 'unwritable') {
    const why = written.why ?? 'it is there already'
    return { code: 1, text: `andon: ${file} cannot be written: ${why}. Choose another place with --out FILE.\n` }
  }
  return { code: 0, text: `${HELP_WORDS.en.diagnostics(written)}\n` }
}

/**
 * Writes what helps to find a fault into one file, beside a panel that runs with these options or without one, and also
 * where the configuration is what is wrong. Changes nothing else. `replace`: somebody has said that a file of that name
 * may go. Rejects with a {@link UsageError}.
 */
export async function writeDiagnostics(
  out: string,
  args: readonly string[],
  { now = new Date(), replace = false }: { readonly now?: Date; readonly replace?: boolean } = {},
): Promise<Written> {
  const file = resolve(out)
  const subject = subjectOf(args)
  const bytes = await diagnosticsBundle(subject, now)
  try {
    // It would keep the rights of the file before it.
    if (replace) rmSync(file, { force: true })
    // Never over another file; and for nobody else, until its owner has read it.
    writeFileSync(file, bytes, { flag: 'wx', mode: 0o600 })
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    return { kind: 'unwritable', file, why: code === 'EEXIST' ? null : message }
  }
  return { kind: 'written', file, refused: subject.problem }
}

function subjectOf(args: readonly string[]): Subject {
  const places = namedPlaces(args)
  let config: Config
  try {
    const line = readCommandLine(args)
    if (line.kind !== 'run') throw new UsageError(USAGE)
    ;({ config } = line)
  } catch (error) {
    if (error instanceof UsageError && error.message !== USAGE)
      return { ...places, config: null, problem: error.message }
    throw error
  }
  return { dataDir: config.dataDir, configFile: config.configFile, config, problem: null }
}

function split(args: readonly string[]): { readonly out: string | undefined; readonly rest: string[] } {
  const at = args.findIndex((arg) => arg === '--out' || arg.startsWith('--out='))
  const arg = args[at]
  if (arg === undefined) return { out: undefined, rest: [...args] }
  const inline = arg.startsWith('--out=')
  const out = inline ? arg.slice('--out='.length) : args[at + 1]
  if (out === undefined || out === '' || out.startsWith('-')) throw new UsageError(USAGE)
  return { out, rest: args.toSpliced(at, inline ? 1 : 2) }
}
