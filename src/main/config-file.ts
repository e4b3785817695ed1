import { closeSync, openSync, readSync } from 'node:fs'
import Type from 'typebox'
import { Compile } from 'typebox/compile'
import { LOCAL_DISPLAYS } from '../core/display.ts'
import { MAX_NAME_LENGTH } from '../shared/datagram.ts'
import { type Plant, PlantSchema } from '../shared/plant.ts'
import { LOG_LEVELS } from './adapters/logger.ts'
import { openIdMistakes, OpenIdSchema } from './openid-schema.ts'
import { plantFindings } from './plant-mistakes.ts'
import { type Mistake, schemaMistakes } from './schema-mistakes.ts'
import { UpdatesSchema } from './updates-config.ts'
import { UsageError } from './usage-error.ts'
import { readYaml, YamlMistake, type YamlText } from './yaml-text.ts'

/** Largest configuration file, bytes. */
export const MAX_FILE_BYTES = 1024 * 1024

const machines = () =>
  Type.Optional(
    Type.Array(Type.String({ minLength: 1, maxLength: MAX_NAME_LENGTH }), {
      minItems: 1,
      maxItems: 1_000,
      title: 'Machines',
      description: 'Only these may be spoken of there; * stands for any characters. Default: all',
    }),
  )

const EventsSocketSchema = Type.Object(
  {
    path: Type.String({ minLength: 1, title: 'Path', description: 'Path of the socket.' }),
    mode: Type.Optional(
      Type.String({ title: 'Mode', description: 'Its file mode, three octal digits in quotes. Default: socket_mode' }),
    ),
    group: Type.Optional(
      Type.String({ minLength: 1, title: 'Group', description: 'Its group. Default: socket_group' }),
    ),
    machines: machines(),
  },
  { additionalProperties: false },
)

const UdpSchema = Type.Object(
  {
    address: Type.String({ title: 'Address', description: 'HOST:PORT, of loopback.' }),
    machines: machines(),
  },
  { additionalProperties: false },
)

/** The settings of the panel itself. They count from its start; the command line goes before them. */
export const SettingsSchema = Type.Object({
  kiosk: Type.Optional(
    Type.Boolean({
      title: 'Kiosk',
      description: 'The window takes the whole display, keeps it awake, and has no way out. Default: false',
    }),
  ),
  host: Type.Optional(
    Type.String({
      title: 'Host',
      description:
        'Address to serve browsers on; beyond loopback only once there is an administrator. Default: 127.0.0.1',
    }),
  ),
  port: Type.Optional(
    Type.Integer({
      minimum: 0,
      maximum: 65_535,
      title: 'Port',
      description: 'Port to serve browsers on; 0 for any free one. Default: 3002',
    }),
  ),
  allowed_hosts: Type.Optional(
    Type.Array(Type.String({ minLength: 1 }), {
      title: 'Allowed hosts',
      description:
        'Further names that browsers may call the panel by, or origins (https://panel.example) of proxies before it. Default: localhost, this computer’s name, its addresses',
    }),
  ),
  tls: Type.Optional(
    Type.Boolean({
      title: 'TLS',
      description: 'Serve over HTTPS with a certificate that Andon makes and renews itself. Default: false',
    }),
  ),
  tls_certificate: Type.Optional(
    Type.String({
      minLength: 1,
      title: 'TLS certificate',
      description: 'Serve over HTTPS with your own certificate: the file with its chain (PEM). Default: none',
    }),
  ),
  tls_key: Type.Optional(
    Type.String({
      minLength: 1,
      title: 'TLS key',
      description: 'The file with the private key of that certificate (PEM). Default: none',
    }),
  ),
  http_redirect_port: Type.Optional(
    Type.Integer({
      minimum: 0,
      maximum: 65_535,
      title: 'HTTP redirect port',
      description: 'With HTTPS: port on which plain HTTP is sent on to it; 0 for any free one. Default: none',
    }),
  ),
  events_sockets: Type.Optional(
    Type.Array(Type.Union([Type.String({ minLength: 1 }), EventsSocketSchema]), {
      title: 'Event sockets',
      description:
        'Unix datagram sockets that machine programs send events to: paths, or each with its own mode, group and machines. Default: /tmp/statemachine-events.sock; none on Windows',
    }),
  ),
  socket_mode: Type.Optional(
    Type.String({
      title: 'Socket mode',
      description: 'File mode of those sockets, three octal digits in quotes. Default: "0660"',
    }),
  ),
  socket_group: Type.Optional(
    Type.String({ minLength: 1, title: 'Socket group', description: 'Group of those sockets. Default: your own' }),
  ),
  udp: Type.Optional(
    Type.Array(Type.Union([Type.String(), UdpSchema]), {
      title: 'UDP',
      description:
        'Loopback UDP addresses that machine programs send events to: HOST:PORT, or each with its machines. Default: 127.0.0.1:3003 where there are no Unix datagrams; none elsewhere',
    }),
  ),
  control_prefix: Type.Optional(
    Type.String({
      minLength: 1,
      title: 'Control prefix',
      description:
        'Commands go to the Unix datagram socket with this path, the name of the machine and .sock. Default: /tmp/statemachine-control-',
    }),
  ),
  stale_after: Type.Optional(
    Type.Number({
      exclusiveMinimum: 0,
      title: 'Stale after',
      description: 'Seconds of silence after which a machine is shown as stale. Default: 60',
    }),
  ),
  machine_events_per_second: Type.Optional(
    Type.Integer({
      minimum: 10,
      maximum: 1_000_000,
      title: 'Machine events per second',
      description: 'Most events a second that are taken of one machine. Default: 5000',
    }),
  ),
  local_display: Type.Optional(
    Type.Enum(LOCAL_DISPLAYS, {
      title: 'Local display',
      description:
        'Who acts at the window once there are accounts: open (anybody, as an operator) or sign-in. Default: open',
    }),
  ),
  lock_after: Type.Optional(
    Type.Integer({
      minimum: 0,
      maximum: 1_440,
      title: 'Lock after',
      description:
        'Minutes without anybody doing anything after which the window is locked, where it asks to sign in; 0: never. Default: 10',
    }),
  ),
  openid: Type.Optional(OpenIdSchema),
  connections: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: 10_000,
      title: 'Connections',
      description: 'Most browsers at a time. Default: 100',
    }),
  ),
  connections_per_address: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: 10_000,
      title: 'Connections per address',
      description: 'Most browsers at a time from one address. Default: 50',
    }),
  ),
  connections_per_account: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: 10_000,
      title: 'Connections per account',
      description: 'Most browsers and programs at a time with one account. Default: 20',
    }),
  ),
  sign_ins_per_account: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: 1_000,
      title: 'Browsers per account',
      description:
        'Most browsers that one account is signed in with; one more ends the one used longest ago. Default: 10',
    }),
  ),
  messages_per_second: Type.Optional(
    Type.Integer({
      minimum: 10,
      maximum: 100_000,
      title: 'Messages per second',
      description: 'Most messages a second from one browser. Default: 100',
    }),
  ),
  message_kib: Type.Optional(
    Type.Integer({
      minimum: 4,
      maximum: 1_024,
      title: 'Message size, KiB',
      description: 'Largest message from a browser, and largest body of a request. Default: 64',
    }),
  ),
  retention_days: Type.Optional(
    Type.Number({
      exclusiveMinimum: 0,
      maximum: 36_500,
      title: 'Retention, days',
      description: 'How long events are kept. Default: 30',
    }),
  ),
  retention_mib: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: 1_048_576,
      title: 'Retention, MiB',
      description: 'How large the journal may be. Default: 2048',
    }),
  ),
  trend_retention_days: Type.Optional(
    Type.Number({
      exclusiveMinimum: 0,
      maximum: 36_500,
      title: 'Trend retention, days',
      description: 'How long the values of tags are kept. Default: 90',
    }),
  ),
  autostart: Type.Optional(
    Type.Boolean({
      title: 'Start at log-in',
      description: 'The window starts when you log in; false undoes it. Default: as it was set last',
    }),
  ),
  updates: Type.Optional(UpdatesSchema),
  data_dir: Type.Optional(
    Type.String({
      minLength: 1,
      title: 'Data folder',
      description: 'Folder for the journal and the accounts. Default: ~/.local/state/andon on Linux',
    }),
  ),
  log_level: Type.Optional(
    Type.Enum(LOG_LEVELS, { title: 'Log level', description: 'How much is logged. Default: info' }),
  ),
})

/** The configuration file: the panel's settings and the plant. Times are seconds. Every key may be missing. */
export const ConfigFileSchema = Type.Object(
  { ...SettingsSchema.properties, ...PlantSchema.properties },
  {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'urn:andon:plant.schema.json',
    title: 'Andon configuration file',
    description: 'The settings of the panel and the description of the plant. Every key may be missing.',
    additionalProperties: false,
  },
)
export type ConfigFile = Type.Static<typeof ConfigFileSchema>

export interface CheckedConfigFile {
  readonly file: ConfigFile
  /** What is odd and may be right all the same, each with file, line and key. */
  readonly warnings: readonly string[]
}

/** Compiled with the first file that there is to check: most panels start without one. */
const compile = () => Compile(ConfigFileSchema)
let compiled: ReturnType<typeof compile> | undefined

/** Reads a configuration file. Throws a {@link UsageError} that names file, line and key. */
export function readConfigFile(path: string): ConfigFile {
  return parseConfigFile(decodeConfigFile(readBytes(path), path), path)
}

/** As text. Throws a {@link UsageError} where it is none, or too long. */
export function decodeConfigFile(bytes: Uint8Array, path: string): string {
  if (bytes.length > MAX_FILE_BYTES) throw new UsageError(`${path} is larger than 1 MiB.`)
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw new UsageError(`${path} is not UTF-8 text.`)
  }
}

export function parseConfigFile(text: string, path: string): ConfigFile {
  return checkConfigFile(text, path).file
}

/** Throws a {@link UsageError} with the first mistake: file, line, key, what may stand there; and the lines of others. */
export function checkConfigFile(text: string, path: string): CheckedConfigFile {
  const yaml = readText(text, path)
  // An empty file says nothing, which is allowed.
  const value = yaml.value ?? {}
  compiled ??= compile()
  if (!compiled.Check(value)) {
    const found = schemaMistakes(ConfigFileSchema, value)
    throw refusal(path, yaml, found.length > 0 ? found : [{ keys: [], text: 'is not right' }])
  }
  const { mistakes, warnings } = plantFindings(plantOf(value))
  const all = [...(value.openid ? openIdMistakes(value.openid) : []), ...mistakes]
  if (all.length > 0) throw refusal(path, yaml, all)
  return { file: value, warnings: inOrder(yaml, warnings).map(({ each }) => `${sentence(path, yaml, each)}.`) }
}

/** The part of the file that describes the plant. */
export function plantOf(file: ConfigFile): Plant {
  return Object.fromEntries(Object.entries(file).filter(([key]) => Object.hasOwn(PlantSchema.properties, key)))
}

/** The settings that differ between two versions of the file. */
export function changedSettings(a: ConfigFile, b: ConfigFile): string[] {
  const keys = Object.keys(SettingsSchema.properties) as (keyof typeof SettingsSchema.properties)[]
  return keys.filter((key) => JSON.stringify(a[key]) !== JSON.stringify(b[key]))
}

/** Bounded, and also from what has no length beforehand: `--config <(…)`. */
function readBytes(path: string): Uint8Array {
  try {
    const file = openSync(path, 'r')
    try {
      const bytes = Buffer.alloc(MAX_FILE_BYTES + 1)
      let length = 0
      for (;;) {
        const read = readSync(file, bytes, length, bytes.length - length, null)
        length += read
        if (read === 0 || length === bytes.length) return bytes.subarray(0, length)
      }
    } finally {
      closeSync(file)
    }
  } catch (error) {
    throw new UsageError(`Cannot read ${path}: ${error instanceof Error ? error.message : String(error)}`)
  }
}

function readText(text: string, path: string): YamlText {
  try {
    return readYaml(text)
  } catch (error) {
    if (error instanceof YamlMistake) throw new UsageError(`${path}, line ${error.line}: ${error.message}.`)
    throw error
  }
}

function refusal(path: string, yaml: YamlText, mistakes: readonly Mistake[]): UsageError {
  const [first, ...others] = inOrder(yaml, mistakes)
  const text = first ? sentence(path, yaml, first.each) : path
  const lines = [...new Set(others.map(({ line }) => line))]
  const where = lines.length > 5 ? `lines ${lines.slice(0, 5).join(', ')} …` : `line ${lines.join(', ')}`
  return new UsageError(others.length === 0 ? `${text}.` : `${text}. (${others.length} more: ${where})`)
}

function inOrder(yaml: YamlText, found: readonly Mistake[]): { readonly each: Mistake; readonly line: number }[] {
  return found.map((each) => ({ each, line: yaml.line(each.keys) })).toSorted((a, b) => a.line - b.line)
}

function sentence(path: string, yaml: YamlText, { keys, text }: Mistake): string {
  const name = keys.length === 0 ? '' : `"${keyPath(keys)}" `
  return `${path}, line ${yaml.line(keys)}: ${name}${text}`
}

function keyPath(keys: readonly (string | number)[]): string {
  return keys
    .map((key, index) => (typeof key === 'number' ? `[${key}]` : `${index === 0 ? '' : '.'}${key}`))
    .join('')
    .replaceAll(/\p{Cc}/gu, '?')
}
