import { arch, cpus, freemem, loadavg, platform, release, totalmem, uptime, version } from 'node:os'
import { dirname, join } from 'node:path'
import { strToU8, zipSync } from 'fflate'
import { stringify } from 'yaml'
import { PROTOCOL_VERSION } from '../../shared/protocol.ts'
import { inspectJournal } from '../adapters/sqlite/inspection.ts'
import type { Config } from '../config.ts'
import { VERSION } from '../version.ts'
import { diskSpace, holder, listing, logTail, windowPlaces } from './data-folder.ts'
import { redactText, redactValue } from './redact.ts'
import { askPanel } from './running-panel.ts'

const README = `What Andon says of itself, for whoever is to find a fault. Nothing has been sent anywhere: read it before you do.

about.json     versions, system, memory
settings.json  the settings in force, and what is wrong with them, if anything is
config.yaml    the configuration file, without comments
disks.json     room on the disks
files.json     names, sizes and times in the data folder and of crash dumps; never what is in them
journal.json   the journal: size, schema, epochs, whether it is whole; no event
panel.txt      what a running panel answered: health, readiness, figures
log.ndjson     the end of the log
window.json    where the window was

Left out: TLS keys, accounts, events, the environment. Replaced by ${JSON.stringify('[REDACTED]')}: whatever is named like a
secret (secret, token, password, key …), passwords in URLs, authorization headers and cookies.
`

export interface Subject {
  readonly dataDir: string
  readonly configFile: string
  /** Null where the configuration is refused. */
  readonly config: Config | null
  /** Why it is. */
  readonly problem: string | null
}

/** Everything that helps to find a fault, as the bytes of a zip archive, without secrets. Changes nothing. */
export async function diagnosticsBundle(subject: Subject, now: Date): Promise<Uint8Array> {
  const { dataDir, configFile, config, problem } = subject
  const { configured, ...settings } = config ?? { configured: undefined }
  const panel = config
    ? await askPanel({ host: config.host, port: config.port, secure: config.tls !== null })
    : { '/': 'not asked: the configuration is refused' }
  const disks = await Promise.all([dataDir, dirname(dataDir), dirname(configFile)].map(diskSpace))
  const files: Record<string, string> = {
    'README.txt': README,
    'about.json': json(about(now)),
    'settings.json': json({ configFile, problem, settings }),
    'config.yaml': configured ? stringify(redactValue(configured)) : '',
    'disks.json': json(disks),
    'files.json': json({
      dataDir,
      holder: holder(dataDir),
      files: listing(dataDir),
      crashes: listing(join(dataDir, 'crashes'), true),
    }),
    'journal.json': json(inspectJournal(dataDir)),
    'panel.txt': redactText(
      Object.entries(panel)
        .map(([path, answer]) => `GET ${path}\n${answer}\n`)
        .join('\n'),
    ),
    'log.ndjson': logTail(dataDir),
    'window.json': json(windowPlaces(dataDir)),
  }
  return zipSync(Object.fromEntries(Object.entries(files).map(([name, text]) => [name, strToU8(text)])), { mtime: now })
}

function about(now: Date): object {
  return {
    time: now.toISOString(),
    andon: VERSION,
    protocol: PROTOCOL_VERSION,
    versions: process.versions,
    system: { platform: platform(), release: release(), version: version(), arch: arch(), uptimeSeconds: uptime() },
    processors: cpus().length,
    load: loadavg(),
    memory: { total: totalmem(), free: freemem() },
  }
}

function json(value: unknown): string {
  return `${JSON.stringify(redactValue(value), null, 2)}\n`
}
