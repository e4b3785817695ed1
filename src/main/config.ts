import { existsSync } from 'node:fs'
import { hostname } from 'node:os'
import { isAbsolute, join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { LOCAL_DISPLAYS, type LocalDisplay } from '../core/display.ts'
import type { Retention } from '../core/journal.ts'
import { CONTROL_PREFIX, EVENTS_PER_SECOND } from '../core/plant.ts'
import { LOG_LEVELS, type LogLevel } from './adapters/logger.ts'
import { hostName, isLoopback, OwnNames } from './adapters/origin.ts'
import { hasAccounts } from './adapters/sqlite/account-database.ts'
import type { UdpAddress } from './adapters/udp-listener.ts'
import { type ConfigFile, readConfigFile } from './config-file.ts'
import { type OpenIdConfig, openIdConfig } from './openid-config.ts'
import {
  DEFAULT_EVENTS_SOCKET,
  DEFAULT_UDP,
  defaultConfigFile,
  defaultDataDir,
  type Option,
  OPTIONS,
} from './options.ts'
import { pagePath } from './shell/page-path.ts'
import { type Updates, updatesConfig } from './updates-config.ts'
import { UsageError } from './usage-error.ts'

/** Everything that can be set, checked and complete. Times in milliseconds. */
export interface Config {
  readonly headless: boolean
  /** The window takes the whole display, and has no way out. */
  readonly kiosk: boolean
  /** Whether log-in starts the panel; null: that is left as it is. */
  readonly autostart: boolean | null
  /** The page to show; null: that of the last time. */
  readonly page: string | null
  /** In another window than the one that is there. */
  readonly newWindow: boolean
  readonly host: string
  readonly port: number
  /** Further names, and origins, that requests may be sent to. */
  readonly allowedHosts: readonly string[]
  /** Null: plain HTTP. */
  readonly tls: TlsConfig | null
  /** Null: plain HTTP is not listened for. */
  readonly httpRedirectPort: number | null
  readonly eventsSockets: readonly EventsSocket[]
  /** Null: nobody asked for any, so the fall-back is opened where there are no Unix datagrams. */
  readonly udp: readonly UdpConfig[] | null
  /** Where machines take their commands unless their description says otherwise; see DescribedPlant. */
  readonly controlPrefix: string
  readonly staleAfterMs: number
  /** Of a machine that has no number of its own. */
  readonly machineEventsPerSecond: number
  /** The configuration file, there or not: the plant in it is kept up with while the panel runs. */
  readonly configFile: string
  /** What was in it at the start; undefined where there was none. */
  readonly configured: ConfigFile | undefined
  /** The settings that were given on the command line, by their keys in the file, which they go before. */
  readonly given: Readonly<Record<string, GivenValue>>
  /** What the command line and another content of the file would make. Throws a {@link UsageError}. */
  readonly with: (file: ConfigFile) => Config
  /** What the machine's own display asks for once there are accounts. */
  readonly localDisplay: LocalDisplay
  /** Null: nobody but the panel itself knows people. */
  readonly openId: OpenIdConfig | null
  /** Milliseconds; null: never. */
  readonly lockAfterMs: number | null
  readonly connections: number
  readonly connectionsPerAddress: number
  readonly connectionsPerAccount: number
  readonly signInsPerAccount: number
  readonly messagesPerSecond: number
  /** Largest message from a viewer, and body of a request. */
  readonly messageBytes: number
  readonly retention: Retention
  /** How long the values of tags are kept. */
  readonly trendRetentionMs: number
  /** Null: nowhere, so that nothing is asked of the network. */
  readonly updates: Updates | null
  readonly dataDir: string
  readonly logLevel: LogLevel
}

/** As it was written on the command line. */
export type GivenValue = string | true | readonly string[]
/** Where datagrams come in, and of which machines: names in which `*` stands for any characters; null: of all. */
export interface EventsSocket {
  readonly path: string
  readonly mode: number
  /** Null: the process's own. */
  readonly group: string | null
  readonly machines: readonly string[] | null
}

export interface UdpConfig extends UdpAddress {
  readonly machines: readonly string[] | null
}

/** Where the certificate comes from: files of the user's own, or made by the panel in its data folder. */
export type TlsConfig =
  { readonly kind: 'own'; readonly certificate: string; readonly key: string } | { readonly kind: 'generated' }

export type CommandLine =
  { readonly kind: 'help' } | { readonly kind: 'version' } | { readonly kind: 'run'; readonly config: Config }

/** What the panel falls back to where there are no Unix datagrams. */
export const FALLBACK_UDP: UdpConfig = udpListener(DEFAULT_UDP)

/** Reads the command line and the configuration file. Throws a {@link UsageError}. */
export function readCommandLine(
  argv: readonly string[],
  platform: NodeJS.Platform = process.platform,
  administered: (dataDir: string) => boolean = hasAccounts,
): CommandLine {
  const flags = parseFlags(argv)
  if (flags['help'] === true) return { kind: 'help' }
  if (flags['version'] === true) return { kind: 'version' }
  const given = text(flags, 'config')
  const configFile = resolve(given ?? defaultConfigFile())
  const configured = given !== undefined || existsSync(configFile) ? readConfigFile(configFile) : undefined
  return configOf({ flags, configFile, platform, administered }, configured)
}

/** What the configuration is made of besides the file's content. */
interface Source {
  readonly flags: Flags
  readonly configFile: string
  readonly platform: NodeJS.Platform
  readonly administered: (dataDir: string) => boolean
}

function configOf(source: Source, configured: ConfigFile | undefined): Extract<CommandLine, { kind: 'run' }> {
  const { flags, configFile, platform, administered } = source
  const file = configured ?? {}
  const host = (text(flags, 'host') ?? file.host ?? '127.0.0.1').replace(/^\[(.*)\]$/, '$1')
  const dataDir = resolve(text(flags, 'data-dir') ?? file.data_dir ?? defaultDataDir())
  if (!isLoopback(host) && !administered(dataDir)) {
    throw new UsageError(
      `--host ${host}: Andon serves this computer only (127.0.0.1, ::1, localhost) until there is an administrator. ` +
        'Start it without --host and make one on its page, or on the command line: see “Accounts” in the README.',
    )
  }
  const tls = tlsConfig(
    text(flags, 'tls-certificate') ?? file.tls_certificate,
    text(flags, 'tls-key') ?? file.tls_key,
    flags['tls'] === true || file.tls === true,
  )
  const httpRedirectPort = integer(flags, 'http-redirect-port', 0, 65_535) ?? file.http_redirect_port ?? null
  if (httpRedirectPort !== null && tls === null) {
    throw new UsageError('--http-redirect-port needs HTTPS to send on to: add --tls, or a certificate of your own.')
  }
  const eventsSockets = texts(flags, 'events-socket') ?? file.events_sockets
  const udp = texts(flags, 'udp') ?? file.udp
  const mode = text(flags, 'socket-mode') ?? file.socket_mode ?? '0660'
  const group = text(flags, 'socket-group') ?? file.socket_group ?? null
  const allowedHosts = (texts(flags, 'allowed-host') ?? file.allowed_hosts ?? []).map(allowedHost)
  const names = new OwnNames({ host, hostname: hostname(), allowed: allowedHosts })
  const updatesUrl = text(flags, 'updates')
  const updates = updatesUrl === undefined ? file.updates : { ...file.updates, url: updatesUrl }
  return {
    kind: 'run',
    config: {
      headless: flags['headless'] === true,
      kiosk: flags['kiosk'] === true || file.kiosk === true,
      autostart: flags['autostart'] === true ? true : (file.autostart ?? null),
      page: page(text(flags, 'page')),
      newWindow: flags['new-window'] === true,
      host,
      port: integer(flags, 'port', 0, 65_535) ?? file.port ?? 3002,
      allowedHosts,
      tls,
      httpRedirectPort,
      eventsSockets: (eventsSockets ?? (platform === 'win32' ? [] : [DEFAULT_EVENTS_SOCKET])).map((each) =>
        eventsSocket(typeof each === 'string' ? { path: each } : each, mode, group),
      ),
      udp: udp?.map(udpListener) ?? null,
      controlPrefix: absolute(text(flags, 'control-prefix') ?? file.control_prefix ?? CONTROL_PREFIX),
      staleAfterMs: (positive(flags, 'stale-after', 'seconds') ?? file.stale_after ?? 60) * 1000,
      machineEventsPerSecond:
        integer(flags, 'machine-events-per-second', 10, 1_000_000) ??
        file.machine_events_per_second ??
        EVENTS_PER_SECOND,
      configFile,
      configured,
      given: givenSettings(flags),
      with: (other) => configOf(source, other).config,
      lockAfterMs: (integer(flags, 'lock-after', 0, 1_440) ?? file.lock_after ?? 10) * 60_000 || null,
      localDisplay: localDisplay(text(flags, 'local-display')) ?? file.local_display ?? 'open',
      openId: file.openid ? openIdConfig(file.openid, configFile, names) : null,
      connections: integer(flags, 'connections', 1, 10_000) ?? file.connections ?? 100,
      connectionsPerAddress: integer(flags, 'connections-per-address', 1, 10_000) ?? file.connections_per_address ?? 50,
      connectionsPerAccount: integer(flags, 'connections-per-account', 1, 10_000) ?? file.connections_per_account ?? 20,
      signInsPerAccount: integer(flags, 'sign-ins-per-account', 1, 1_000) ?? file.sign_ins_per_account ?? 10,
      messagesPerSecond: integer(flags, 'messages-per-second', 10, 100_000) ?? file.messages_per_second ?? 100,
      messageBytes: (integer(flags, 'message-kib', 4, 1_024) ?? file.message_kib ?? 64) * 1024,
      retention: {
        ageMs: (positive(flags, 'retention-days', 'days') ?? file.retention_days ?? 30) * 86_400_000,
        bytes: (integer(flags, 'retention-mib', 1, 1_048_576) ?? file.retention_mib ?? 2048) * 1_048_576,
      },
      trendRetentionMs:
        (positive(flags, 'trend-retention-days', 'days') ?? file.trend_retention_days ?? 90) * 86_400_000,
      updates: updates ? updatesConfig(updates) : null,
      dataDir,
      logLevel: logLevel(text(flags, 'log-level')) ?? file.log_level ?? 'info',
    },
  }
}

/**
 * Where the data folder and the configuration file are by the command line alone, for when that file is what is wrong.
 * Throws a {@link UsageError} where the command line is.
 */
export function namedPlaces(argv: readonly string[]): { readonly dataDir: string; readonly configFile: string } {
  const flags = parseFlags(argv)
  return {
    dataDir: resolve(text(flags, 'data-dir') ?? defaultDataDir()),
    configFile: resolve(text(flags, 'config') ?? defaultConfigFile()),
  }
}

type Flags = Readonly<Record<string, string | boolean | (string | boolean)[] | undefined>>

function parseFlags(argv: readonly string[]): Flags {
  const options = Object.fromEntries(
    OPTIONS.map((option: Option) => [
      option.flag,
      {
        type: option.value === undefined ? ('boolean' as const) : ('string' as const),
        multiple: option.multiple === true,
      },
    ]),
  )
  try {
    return parseArgs({ args: [...argv], options, allowPositionals: false }).values
  } catch (error) {
    const why = error instanceof Error ? (error.message.split('. ')[0] ?? '') : String(error)
    throw new UsageError(`${why}. "--help" lists every option.`)
  }
}

function givenSettings(flags: Flags): Record<string, GivenValue> {
  return Object.fromEntries(
    OPTIONS.flatMap(({ flag, key }: Option) => {
      const value = flags[flag]
      if (key === undefined || value === undefined || value === false) return []
      return [[key, Array.isArray(value) ? value.map(String) : value]]
    }),
  )
}

function text(flags: Flags, flag: string): string | undefined {
  const value = flags[flag]
  return typeof value === 'string' ? value : undefined
}

function texts(flags: Flags, flag: string): string[] | undefined {
  const value = flags[flag]
  return Array.isArray(value) ? value.map(String) : undefined
}

function integer(flags: Flags, flag: string, min: number, max: number): number | undefined {
  const value = text(flags, flag)
  if (value === undefined) return undefined
  if (/^\d{1,9}$/.test(value) && Number(value) >= min && Number(value) <= max) return Number(value)
  throw new UsageError(`--${flag} ${value}: must be a whole number from ${min} to ${max}.`)
}

function positive(flags: Flags, flag: string, unit: string): number | undefined {
  const value = text(flags, flag)
  if (value === undefined) return undefined
  const number = Number(value)
  if (value.trim() !== '' && Number.isFinite(number) && number > 0) return number
  throw new UsageError(`--${flag} ${value}: must be a number of ${unit} above 0.`)
}

/** Unlike `resolve` it leaves a slash at the end, where a name is to follow. */
function absolute(prefix: string): string {
  return isAbsolute(prefix) ? prefix : join(process.cwd(), prefix)
}

function page(path: string | undefined): string | null {
  if (path === undefined) return null
  const found = pagePath(path)
  if (found !== null) return found
  throw new UsageError(`--page ${path}: must be the path of a page, like / or /alarms.`)
}

function fileMode(value: string): number {
  if (!/^0?[0-7]{3}$/.test(value))
    throw new UsageError(`The socket mode "${value}" must be three octal digits, like 0660.`)
  return Number.parseInt(value, 8)
}

function tlsConfig(certificate: string | undefined, key: string | undefined, generated: boolean): TlsConfig | null {
  if (certificate !== undefined && key !== undefined) {
    return { kind: 'own', certificate: resolve(certificate), key: resolve(key) }
  }
  if (certificate !== undefined || key !== undefined) {
    throw new UsageError('--tls-certificate and --tls-key belong together: name both files, or use --tls alone.')
  }
  return generated ? { kind: 'generated' } : null
}

/** A name or address as a URL has it, or an origin. */
function allowedHost(value: string): string {
  if (/^https?:\/\//.test(value) && URL.canParse(value)) {
    const { origin, href } = new URL(value)
    if (href === `${origin}/`) return origin
  }
  const name = hostName(value.includes(':') && !value.startsWith('[') ? `[${value}]` : value)
  if (name !== null && name !== '' && !/[\s*]/.test(value)) return name
  throw new UsageError(
    `--allowed-host ${value}: must be a name or address without a port, like panel.example, or an origin, like https://panel.example.`,
  )
}

function logLevel(value: string | undefined): LogLevel | undefined {
  if (value === undefined) return undefined
  const known = LOG_LEVELS.find((level) => level === value)
  if (known === undefined) throw new UsageError(`--log-level ${value}: must be one of ${LOG_LEVELS.join(', ')}.`)
  return known
}

function localDisplay(value: string | undefined): LocalDisplay | undefined {
  if (value === undefined) return undefined
  const known = LOCAL_DISPLAYS.find((each) => each === value)
  if (known === undefined)
    throw new UsageError(`--local-display ${value}: must be one of ${LOCAL_DISPLAYS.join(', ')}.`)
  return known
}

function eventsSocket(
  each: { readonly path: string; readonly mode?: string; readonly group?: string; readonly machines?: string[] },
  mode: string,
  group: string | null,
): EventsSocket {
  return {
    path: resolve(each.path),
    mode: fileMode(each.mode ?? mode),
    group: each.group ?? group,
    machines: each.machines ?? null,
  }
}

function udpListener(each: string | { readonly address: string; readonly machines?: string[] }): UdpConfig {
  if (typeof each === 'string') return { ...udpAddress(each), machines: null }
  return { ...udpAddress(each.address), machines: each.machines ?? null }
}

function udpAddress(value: string): UdpAddress {
  const colon = value.lastIndexOf(':')
  const host = value.slice(0, Math.max(colon, 0)).replace(/^\[(.*)\]$/, '$1')
  const port = value.slice(colon + 1)
  if (!isLoopback(host) || !/^\d{1,5}$/.test(port) || Number(port) > 65_535) {
    throw new UsageError(`The UDP address "${value}" must be a loopback address and a port, like ${DEFAULT_UDP}.`)
  }
  return { host, port: Number(port) }
}
